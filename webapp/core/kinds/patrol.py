"""巡查: the round through the grid. What is ticked are places that were looked at, never the way somebody walked."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="patrol",
    label=N_("巡查"),
    icon="patrol",
    rank=6,
    case=False,
    wants=("ticks",),
    public=N_("巡查"),
    fields=(
        Field(
            "ticks",
            N_("看了哪些地方"),
            "some",
            (
                ("stairs", N_("楼道")),
                ("exits", N_("消防通道")),
                ("bikes", N_("车棚充电")),
                ("fire", N_("消防设施")),
                ("gas", N_("燃气水电")),
                ("shops", N_("沿街门店")),
                ("road", N_("路面井盖")),
                ("waste", N_("垃圾环境")),
                ("water", N_("水边")),
                ("empty", N_("空置房")),
            ),
        ),
        Field("buildings", N_("走到哪几栋"), "places"),
        Field(
            "team",
            N_("和谁一起"),
            "one",
            (
                ("alone", N_("自己")),
                ("horn", N_("小喇叭")),
                ("cap", N_("小红帽")),
                ("leifeng", N_("活雷锋")),
                ("volunteers", N_("志愿者")),
                ("police", N_("民警")),
                ("property", N_("物业")),
            ),
        ),
        Field("found", N_("发现问题"), "one", (("none", N_("没有发现")), ("fixed", N_("当场整改")), ("case", N_("另记隐患")))),
    ),
    phrases=(N_("楼道通畅,消防设施完好。"), N_("清理了楼道杂物。"), N_("提醒门店不要占道。")),
    roles=("before", "after", "near", "far"),
)
