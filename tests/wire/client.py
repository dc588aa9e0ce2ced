"""The wire as another client speaks it."""

from sqlalchemy import func, select

from tests.town import rows
from webapp.store.tables import ActionRow

DEVICE = "cf2b29e4-1283-4b0e-9a55-3c1f6a7d2e90"


def batch(*actions, **more) -> dict:
    return {"proto": "gridbook/1", "device": DEVICE, "actions": list(actions)} | more


def send(client, *actions, **more):
    return client.post("/sync", json=batch(*actions, **more))


def answers(client, *actions) -> list[dict]:
    reply = send(client, *actions)
    assert (reply.status_code, reply.json["proto"]) == (200, "gridbook/1")
    return reply.json["answers"]


def said(found) -> list[str]:
    return [one["reason"] or one["answer"] for one in found]


def stored(town) -> int:
    with town.app_context():
        return rows(select(func.count()).select_from(ActionRow))[0][0]
