"""What one did this week, by the four duties, as the phone's first page shows it."""

from tests.town import action, hear, signed_in


def test_the_week_of_a_worker_is_counted_from_monday_and_is_his_own(town):
    with town.app_context():
        hear(town, action(kind="patrol"))
        hear(town, action(topics=["policy", "information"]))
        hear(town, action(kind="patrol", at="2026-11-22T11:00:00+08:00"))
        hear(town, action(by="worker2", kind="patrol", area="G12"))
    reply = signed_in(town, "worker1").get("/week.json").json
    assert reply["week"] == {"patrol": "本周 1", "gather": "本周 1", "spread": "本周 1", "serve": "本周 0"}
    assert reply["until"] == "2026-11-29" and reply["proto"] == "gridbook/1"
