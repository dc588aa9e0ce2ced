"""The application with a clock that is ahead, for tests in which time has to pass."""

from datetime import UTC, datetime, timedelta

import webapp


def create_app(minutes: int):
    """As it will be so many minutes from now."""
    return webapp.create_app(CLOCK=lambda: datetime.now(UTC) + timedelta(minutes=minutes))
