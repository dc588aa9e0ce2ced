"""配送: water, food, medicine or papers carried to somebody's door."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="delivery",
    label=N_("配送"),
    icon="delivery",
    rank=4,
    case=False,
    ordered_is_case=True,
    wants=("household", "item"),
    public=N_("上门配送"),
    fields=(
        Field(
            "item",
            N_("送什么"),
            "one",
            (
                ("water", N_("水")),
                ("meal", N_("饭菜")),
                ("medicine", N_("药")),
                ("groceries", N_("米面菜")),
                ("papers", N_("证件材料")),
                ("other", N_("其他")),
            ),
        ),
        Field("quantity", N_("数量"), "number"),
        Field(
            "unit",
            N_("单位"),
            "one",
            (("box", N_("箱")), ("bag", N_("袋")), ("bottle", N_("瓶")), ("portion", N_("份")), ("piece", N_("件"))),
        ),
        Field("ordered", N_("居民点的单,还没送到"), "switch", hint=N_("打开后要送到才能办结;关着表示已经送到")),
        Field(
            "received_by",
            N_("谁收的"),
            "one",
            (("self", N_("本人")), ("family", N_("家人")), ("neighbour", N_("邻居代收")), ("door", N_("放在门口"))),
        ),
    ),
    phrases=(N_("已送到门口,老人签收。"), N_("停水期间送水上门。")),
    roles=("near", "far"),
)
