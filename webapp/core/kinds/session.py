"""说事议事: a session or meeting that was held. What is said there and decided anew is an entry of its own, its child; agenda items are cases."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="session",
    label=N_("说事议事"),
    icon="calendar",
    rank=9,
    case=False,
    desk=True,
    wants=("people",),
    public=N_("说事议事"),
    fields=(
        Field("series", N_("哪一项"), "series"),
        Field("who", N_("谁主持"), "person"),
        Field("expected", N_("应到几个人"), "number"),
        Field("people", N_("到了几个人"), "number"),
        Field("briefings", N_("讲政策几次"), "number"),
        Field("present", N_("到会的单位和人"), "text", most=400),
        Field("agenda", N_("议题和决定"), "agenda"),
    ),
    phrases=(),
    roles=("near", "far"),
)
