"""诉求: something that a resident asks for."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="request",
    label=N_("诉求"),
    icon="request",
    rank=5,
    wants=("category", "note"),
    public=N_("居民诉求"),
    fields=(
        Field(
            "how",
            N_("怎么说的"),
            "one",
            (("door", N_("上门时说的")), ("phone", N_("打电话")), ("group", N_("微信群")), ("meeting", N_("会上提的"))),
        ),
        Field("result", N_("现场怎么答复的"), "long", hint=N_("现场已解决时填写")),
    ),
    phrases=(N_("居民反映路灯不亮。"), N_("咨询低保办理,已当面答复。"), N_("居民反映停水,要求说明恢复时间。")),
)
