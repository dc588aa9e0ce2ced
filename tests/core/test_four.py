"""The four duties: which of them an entry served."""

import pytest

from webapp.core import four
from webapp.core.kinds import KINDS


@pytest.mark.parametrize(
    "entry, served",
    [
        (("patrol", "", {}), {"patrol"}),
        (("visit", "", {"topics": ["policy", "needs"]}), {"spread", "gather"}),
        (("visit", "V0103", {"topics": ["wellbeing"]}), {"spread", "serve"}),
        (("visit", "", {}), set()),
        (("delivery", "L0101", {}), {"serve"}),
        (("dispute", "", {}), set()),
    ],
)
def test_one_entry_may_serve_several_duties(entry, served):
    assert four.duties(*entry) == served


def test_all_four_are_counted_and_lead_to_a_form_that_exists():
    assert four.counts([("patrol", "", {})]) == {"patrol": 1, "gather": 0, "spread": 0, "serve": 0}
    topics = {value for field in KINDS["visit"].fields if field.name == "topics" for value, _word in field.choices}
    assert four.BY_TOPIC.keys() == topics and four.FORMS.keys() == four.FOUR.keys()
    for duty, form in four.FORMS.items():
        assert form["kind"] in KINDS and form.get("tick", "policy") in topics
        assert duty in four.duties(form["kind"], "", {"topics": [form.get("tick")]})
