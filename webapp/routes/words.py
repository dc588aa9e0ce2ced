"""Language, dates and labels for the templates."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask, current_app, request
from flask_babel import Babel, gettext, ngettext

from ..core import actions, calendar, care, kinds, road, rules, tallies, tasks

LANGUAGES = {"zh_Hans_CN": "中文", "en": "English"}
SIZES, THEMES = ("", "large", "largest"), ("", "light", "dark")


def init(app: Flask) -> None:
    """Chinese is the source; a person may choose another language, a larger type or a theme by cookie."""
    zone = app.config["SETTINGS"].timezone
    app.config.update(BABEL_DEFAULT_LOCALE="zh_Hans_CN", BABEL_DEFAULT_TIMEZONE=str(zone), BABEL_TRANSLATION_DIRECTORIES="translations")
    Babel(app, locale_selector=language)
    app.jinja_env.filters.update(day=day, moment=moment, clock=clock, share=share, named=named)
    app.jinja_env.globals.update(
        KINDS=kinds.KINDS, STAGES=road.STAGES, ROLES=rules.ROLES, WATCHERS=rules.WATCHERS, CARE=care.CARE, PHOTO_ROLES=actions.PHOTO_ROLES,
        RATINGS=actions.RATINGS, HOWS=actions.HOWS, SOURCES=actions.SOURCES, WAYS=road.WAYS, LEVELS=road.LEVELS, CLOCKS=calendar.CLOCKS,
        WHATS=tasks.WHATS, TASK_ENDS=tasks.ENDS, WHISTLES=tasks.WHISTLES, LANGUAGES=LANGUAGES, percent=tallies.percent,
    )  # fmt: skip
    app.context_processor(lambda: {"prefs": preferences(), "language": language()})


def language() -> str:
    """The chosen language, if there is one that we speak."""
    chosen = request.cookies.get("language", "") if request else ""
    return chosen if chosen in LANGUAGES else "zh_Hans_CN"


def preferences() -> dict[str, str]:
    size, theme = request.cookies.get("size", ""), request.cookies.get("theme", "")
    return {"size": size if size in SIZES else "", "theme": theme if theme in THEMES else ""}


def _local(value: datetime) -> datetime:
    return value.astimezone(current_app.config["SETTINGS"].timezone)


def day(value: date | datetime | None) -> str:
    """2026年11月22日."""
    if value is None:
        return "—"
    value = _local(value) if isinstance(value, datetime) else value
    if language() == "en":
        return value.isoformat()[:10]
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime | None) -> str:
    """11月22日 09:12, with the year where it is another one."""
    if value is None:
        return "—"
    value = _local(value)
    if language() == "en":
        return f"{value:%Y-%m-%d %H:%M}"
    from .access import today

    return f"{f'{value.year}年' if value.year != today().year else ''}{value.month}月{value.day}日 {value:%H:%M}"


def named(area) -> str:
    """The name of an area, and that it is no more where a re-grid has closed it."""
    return area.name if area.ends is None else gettext("%(name)s(已撤并)", name=area.name)


def clock(value: datetime | None) -> str:
    return f"{_local(value):%H:%M}" if value else "—"


def share(pair: tuple[int, int]) -> str:
    """83.4% of a (numerator, denominator)."""
    return tallies.percent(*pair)


def told(reason: str | None, message: str | None) -> str | None:
    """A refusal's words in the reader's language. What stands behind a reason, the field that did not fit, is no word of ours."""
    if not message:
        return message
    words = actions.REASONS.get(reason, "")
    return gettext(words) + message.removeprefix(words) if words and message.startswith(words) else gettext(message)


def catalogue(folder: Path) -> dict[str, str]:
    """The words of the phone's own scripts in the chosen language; empty for Chinese, which is the source."""
    return _catalogue(folder / language() / "LC_MESSAGES" / "messages.po")


@lru_cache
def _catalogue(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {one.id: one.string for one in read_po(file) if one.id and any(name.startswith("static/js/") for name, _ in one.locations)}


__all__ = ["gettext", "ngettext"]
