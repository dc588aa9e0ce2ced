"""接待: somebody came or rang to ask. People are counted here (人次); what becomes a dispute is an entry of its own (起)."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="reception",
    label=N_("接待"),
    icon="person",
    rank=7,
    case=False,
    desk=True,
    wants=("note", "people"),
    public=N_("来访接待"),
    fields=(
        Field("people", N_("来了几个人"), "number"),
        Field("form", N_("怎么来的"), "one", (("visit", N_("来访")), ("call", N_("来电")), ("letter", N_("来信")), ("online", N_("网上")))),
        Field("body", N_("哪个单位或工作室接待的"), "unit"),
        Field("answered", N_("当场答复了"), "switch"),
        Field(
            "referred",
            N_("转给谁"),
            "one",
            (
                ("police", N_("派出所")),
                ("justice", N_("司法所")),
                ("lawyers", N_("律师所")),
                ("court", N_("法庭")),
                ("centre", N_("综治中心")),
            ),
        ),
    ),
    phrases=(N_("咨询继承手续,已当面解释。"), N_("反映邻里纠纷,已引导登记调解。")),
    roles=("near", "far"),
)
