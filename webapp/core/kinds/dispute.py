"""纠纷: people who cannot agree."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="dispute",
    label=N_("纠纷"),
    icon="dispute",
    rank=3,
    road="dispute",
    way="resolve",
    wants=("category", "note"),
    public=N_("矛盾纠纷"),
    fields=(
        Field(
            "parties",
            N_("当事人(姓名,或怎么称呼)"),
            "text",
            hint=N_("例如:301 王志强、401 李桂兰。在本系统有账号的,从一开始就看不到这件纠纷。不写身份证号。"),
        ),
        Field("people", N_("涉及人数"), "number"),
        Field("level", N_("轻重"), "one", (("green", N_("绿:口角")), ("yellow", N_("黄:多次争吵")), ("red", N_("红:可能动手")))),
        Field("wish", N_("当事人希望怎样"), "text"),
    ),
    phrases=(N_("楼上漏水,双方对修理费有争议。"), N_("夜间噪音引起争吵,已劝开。"), N_("停车位之争,双方情绪已平稳。")),
    roles=("near", "far"),
)
