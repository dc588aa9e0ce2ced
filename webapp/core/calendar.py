"""Days and deadlines."""

from datetime import date, datetime, time, timedelta, tzinfo


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The calendar day of an aware `moment` in the town's zone."""
    return moment.astimezone(zone).date()


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last microsecond of a local day."""
    return datetime.combine(day, time.max, zone)


def due(received: datetime, days: int, zone: tzinfo) -> datetime:
    """The end of the day that lies `days` natural days after the day of receipt."""
    return end_of(local_day(received, zone) + timedelta(days=days), zone)


def monday(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())
