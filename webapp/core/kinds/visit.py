"""走访: somebody was visited at home."""

from .shape import N_, Field, Kind

KIND = Kind(
    name="visit",
    label=N_("走访"),
    icon="visit",
    rank=1,
    case=False,
    wants=("household", "found"),
    public=N_("走访"),
    fields=(
        Field("found", N_("见到人了吗"), "one", (("met", N_("见到本人")), ("family", N_("见到家人")), ("absent", N_("家中无人")))),
        Field(
            "topics",
            N_("走访内容"),
            "some",
            (
                ("wellbeing", N_("看望问候")),
                ("safety", N_("安全检查")),
                ("policy", N_("政策宣传")),
                ("needs", N_("了解需求")),
                ("information", N_("信息核对")),
            ),
        ),
        Field("condition", N_("情况"), "one", (("good", N_("一切都好")), ("attention", N_("需要留意")), ("help", N_("需要帮助")))),
        Field("follow_up", N_("下次回访"), "day", hint=N_("到那天会出现在“今天”")),
    ),
    phrases=(N_("老人身体很好,家里一切正常。"), N_("家中无人,已留联系卡。"), N_("已检查用电用气,未发现问题。"), N_("已讲解防诈骗知识。")),
    roles=("near", "far"),
)
