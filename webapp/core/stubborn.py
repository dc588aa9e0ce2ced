"""老大难: a case that was put on the board (挂牌), the official who answers for it (包案领导), and the meetings about it until it is closed."""

from .actions import Action
from .tasks import stamp

LEADS = ("street", "secretary", "contact", "part_time")
"""The posts whose holders may be the official of a case within their area."""


def flagged(before: dict, action: Action) -> dict:
    """挂牌, or another official for one that is on the board: the meetings stay with it."""
    kept = before.get("reviews", []) if before and not before["until"] else []
    return {"at": stamp(action.moment), "by": action.by, "lead": action.body["lead"], "why": action.body["reason"], "reviews": kept, "until": ""}


def reviewed(before: dict, action: Action) -> dict:
    """会商: what a meeting came to; with `lifts` it is taken off the board (摘牌)."""
    review = {"day": action.body["day"], "by": action.by, "at": stamp(action.moment), "said": action.body["note"]}
    return before | {"reviews": [*before["reviews"], review], "until": stamp(action.moment) if action.body["lifts"] else ""}


def on_board(entry) -> bool:
    """Is it on the board? Closing ends that, opening it again puts it back."""
    board = entry.road.get("stubborn")
    return bool(board) and not board["until"] and entry.stage not in {"closed", "declined", "withdrawn"}
