"""服务点: the gatehouses, stalls and windows where people are met, and what is held there."""

from datetime import date

from sqlalchemy import Connection, or_, select

from .database import db, save
from .duties import not_over
from .lists import under_any
from .tables import Area, SeriesRow, ServicePoint

area, point, series = (table.__table__.c for table in (Area, ServicePoint, SeriesRow))


def in_areas(paths: list[str]) -> list:
    """(ServicePoint, Area) of every point in these subtrees, closed ones too, by place and name."""
    query = select(ServicePoint, Area).join(Area, point.area_code == area.code).where(under_any(area.path, paths))
    return db.session.execute(query.order_by(area.path, point.starts, point.name)).all()


def near(path: str, day: date) -> list[ServicePoint]:
    """The points in a subtree or for what lies above it that are not over on a day: where something of this area may be held."""
    here = or_(under_any(area.path, [path]), area.code.in_(path.rstrip("/").split("/")))
    query = select(ServicePoint).join(Area, point.area_code == area.code).where(here, not_over(ServicePoint, day))
    return list(db.session.scalars(query.order_by(area.path, point.name)))


def series_at(ids: list[str], day: date) -> list[SeriesRow]:
    """The series that are held at these points and are not over on a day."""
    query = select(SeriesRow).where(series.point.in_(ids), not_over(SeriesRow, day))
    return list(db.session.scalars(query.order_by(series.weekday, series.opens, series.name)))


def keep(connection: Connection, id: str, **columns) -> None:
    save(connection, ServicePoint, [{"id": id} | columns])
