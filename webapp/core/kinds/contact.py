"""联系: somebody with a duty to keep in touch went to the community or grid that is his, and listened. What is to be done is an entry of its own."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="contact",
    label=N_("联系走访"),
    icon="team",
    rank=8,
    case=False,
    desk=True,
    wants=("note", "who"),
    public=N_("联系走访"),
    fields=(
        Field("who", N_("谁去的"), "person"),
        Field("form", N_("怎么联系的"), "one", (("site", N_("到现场")), ("door", N_("入户")), ("talk", N_("座谈")), ("phone", N_("电话")))),
        Field("people", N_("见了几个人"), "number"),
    ),
    phrases=(N_("看望了住户,了解了近期困难。"), N_("和居民代表座谈,听取意见。")),
    roles=("near", "far"),
)
