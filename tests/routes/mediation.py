"""One dispute on its road, for the tests of the mediator's room: recorded by the worker, taken step by step through the pages."""

from tests.town import action, hear, rows, signed_in
from webapp.core.entries import Entry
from webapp.store import lists
from webapp.store.tables import EntryRow

FORMS = {
    "assigned": {"person": "mediator1"},
    "signed": {},
    "classified": {
        "category": "D0102", "level": "yellow", "scale": "single", "party_name": ["王志强", "李桂兰"], "party_sex": ["男", "女"],
        "party_age": ["46", "61"], "party_telephone": ["13900000001", ""], "party_address": ["402", "302"], "party_role": ["楼上", "楼下"],
    },
    "planned": {"body": "C1人民调解委员会", "steps": "分头听双方说\n当面调解"},
    "mediated": {"form": "joint", "present": "双方和物业", "note": "双方各说了经过"},
    "agreed": {"note": "王志强修好防水", "duty_words": ["修防水", ""], "duty_until": ["2026-12-01", ""], "confirmation": "court"},
    "failed": {"note": "赔多少谈不拢"},
    "performed": {"duty": "1", "fulfilled": "1", "note": "已修好"},
    "confirmed": {"status": "applied"},
    "fed_back": {"note": "谈成了,请去看看"},
    "followed_up": {"solved": "1", "score": "satisfied", "how": "door", "note": "不漏了"},
    "closed": {"note": "双方和好"},
}  # fmt: skip
BY = dict.fromkeys(FORMS, "mediator1") | {"assigned": "secretary1", "followed_up": "secretary1", "closed": "secretary1"}
ROAD = ("assigned", "signed", "classified", "planned", "mediated", "agreed", "fed_back", "followed_up", "closed")


def recorded(town, note: str = "楼上漏水,争了三回", **body) -> str:
    """A dispute of worker1's in G11, approved by the secretary; gives its id."""
    with town.app_context():
        raw = action(kind="dispute", area="G11", household="home-11", category="D0102", note=note, **body)
        hear(town, raw)
        hear(town, action("approved", raw["entry"], by="secretary1", seen=raw["id"]))
    return raw["entry"]


def entry_of(town, id: str) -> Entry:
    with town.app_context():
        [row] = rows(EntryRow.__table__.select().where(EntryRow.id == id))
        return lists.folded(row)


def step(town, id: str, verb: str, by: str | None = None, seen: str | None = None, **form):
    """Send the form of one step as its page would; gives the reply."""
    sent = FORMS[verb] | {"verb": verb, "seen": seen or entry_of(town, id).last} | form
    return signed_in(town, by or BY[verb]).post(f"/disputes/{id}/steps", data=sent)


def led(town, last: str, **forms) -> str:
    """A dispute led along the usual road up to and with `last`; `forms` change what a step says. Gives its id."""
    id = recorded(town)
    for verb in ROAD:
        reply = step(town, id, verb, **forms.get(verb, {}))
        assert reply.status_code == 303, (verb, reply.status_code, reply.text)
        if verb == last:
            return id
    raise AssertionError(last)
