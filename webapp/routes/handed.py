"""A unit's page behind a signed link: one task, no account, no cookie, no need of a script; opens in a chat's own browser."""

from functools import partial

from flask import Blueprint, abort, make_response, render_template, url_for
from itsdangerous import BadSignature

from ..core import rules
from ..core.actions import UNIT
from ..store import jobs, links, lists
from .access import now, public
from .account import limiter
from .dispatch import signer
from .jobs import Job, do, shown
from .link import busy, missed, tell_nobody
from .sync import send_photo

bp = Blueprint("handed", __name__)
bp.after_request(tell_nobody)

FRAME = "link/_frame.html"


class Gone(Exception):
    """The link is not good any more: `why` is unknown, revoked, expired or ended."""

    def __init__(self, why: str, task=None):
        super().__init__(why)
        self.why, self.task = why, task


def _job(token: str) -> Job:
    """The task behind a token. Raises Gone. A token that this server did not sign is not looked up."""
    try:
        signer().unsign(token)
    except BadSignature:
        raise Gone("unknown") from None
    link = jobs.handler_link(links.hashed(token))
    row = link and lists.entry_by_id(link.entry)
    if row is None:
        raise Gone("unknown")
    if link.revoked or link.until <= now():
        raise Gone("revoked" if link.revoked else "expired")
    entry = lists.folded(row)
    task = next(task for task in entry.tasks if task.n == link.task)
    if not task.open or task.unit != link.holder:
        raise Gone("ended", task)
    return Job(row, entry, task, url_for(".act", token=token), partial(url_for, ".photo", token=token), f"{UNIT}{task.unit}")


@bp.errorhandler(Gone)
def _gone(gone: Gone):
    """A plain page that says why. One's own report ends the task, and is thanked for."""
    status = {"unknown": 404, "ended": 200}.get(gone.why, 410)
    return make_response(render_template("jobs/gone.html", why=gone.why, end=gone.task.end if gone.task else ""), status)


@bp.get("/j/<token>")
@public
@limiter.limit("300 per 10 minutes", deduct_when=missed, on_breach=busy)
def page(token):
    """The task; changes nothing."""
    return shown(_job(token), frame=FRAME)


@bp.post("/j/<token>/actions")
@public
@limiter.limit("120 per 10 minutes", on_breach=busy)
def act(token):
    """签收, 退单, 办理结果, 补充说明, in the name of the unit."""
    job = _job(token)
    allow = partial(rules.allow_unit, job.task.unit, job.entry.id, job.task.n)
    return do(job, allow, partial(url_for, ".page", token=token), frame=FRAME)


@bp.get("/j/<token>/photos/<sha256>")
@bp.get("/j/<token>/photos/<sha256>/<any(thumb):size>")
@public
@limiter.limit("900 per 10 minutes", on_breach=busy)
def photo(token, sha256, size=None):
    """A photo of this entry."""
    job = _job(token)
    if sha256 not in {sha for sha, *_ in job.entry.photos} or not lists.photos_here({sha256}):
        abort(404)
    return send_photo(sha256, size == "thumb")
