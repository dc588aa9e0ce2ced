"""What htmx asks for and how it is answered: the one place that knows its headers."""

from flask import Response, make_response, request


def asks_for_piece() -> bool:
    """Does htmx want a piece of the page? When it restores a page for the Back button it wants the whole."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def piece(html: str, status: int = 200, *, target: str | None = None, swap: str | None = None) -> Response:
    """A piece of a page; `target` (a selector) and `swap` overrule what the asking element says."""
    response = make_response(html, status)
    for header, value in (("HX-Retarget", target), ("HX-Reswap", swap)):
        if value:
            response.headers[header] = value
    return response
