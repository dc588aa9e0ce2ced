"""What waits for the street to decide, as no secretary of the place could."""

from sqlalchemy import Select, String, cast, or_

from ..core.rules import Who
from .database import as_json
from .disputes import not_kept_from
from .lists import entries, entry, under, under_any

AUTHORS = cast(entry.authors, String)


def wrote(username: str):
    """The condition that this person wrote the entry, or put it right."""
    return AUTHORS.contains(as_json(username), autoescape=True)


def left_to(who: Who, within: list[str], day) -> Select:
    """The entries in these subtrees that wait for this person as the street, as core.rules has it, oldest first."""
    below = under_any(entry.path, [post.path for post in who.posts if post.role == "street" and post.lasts(day)])
    desks = [(username, desk.path) for username, desk in who.desks or () if desk.lasts(day)]
    could = or_(False, *(under(entry.path, path) & ~wrote(username) & not_kept_from(username) for username, path in desks))
    waiting = entries(within).where(entry.stage == "waiting", below, ~could, ~wrote(who.username))
    return waiting.order_by(entry.received_at, entry.id)
