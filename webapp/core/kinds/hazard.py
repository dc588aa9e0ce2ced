"""隐患: something that may hurt somebody."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="hazard",
    label=N_("隐患"),
    icon="hazard",
    rank=2,
    wants=("category", "photo", "place"),
    public=N_("安全隐患"),
    fields=(
        Field("severity", N_("紧急程度"), "one", (("low", N_("一般")), ("high", N_("较急")), ("urgent", N_("马上会出事")))),
        Field("result", N_("现场怎么处理的"), "long", hint=N_("现场已解决时填写")),
    ),
    phrases=(N_("电动车楼道充电,已劝导推走。"), N_("楼道堆放杂物,影响通行。"), N_("消防通道被车辆占用。"), N_("井盖松动,已放警示牌。")),
)
