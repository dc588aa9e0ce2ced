"""Re-drawn grids for tests: the little town with types and a micro-grid, and a town of 53 grids that becomes 9 + 55 + 376 + 61 (金川街道's own)."""

from datetime import date, timedelta

from tests.conftest import NOON
from webapp.core import regrid, regrid_checks
from webapp.core.regrid import Step
from webapp.intake.areas import placed
from webapp.store import people, town
from webapp.store import regrid as store
from webapp.store.database import save, writing
from webapp.store.tables import Area, Household, Post

TODAY = NOON.date()
DAY = TODAY + timedelta(days=1)
EVE = DAY - timedelta(days=1)
LATER = NOON + timedelta(days=1)


def area(code: str, parent: str, path: str, level: str, type: str | None = None, scope: str = "G11") -> dict:
    about = {"code": code, "name": f"辖区{code}", "parent_code": parent, "level": level, "grid_type": type}
    return about | {"path": path, "scope": scope, "initials": ""}


def grown(app):
    """The little town with types, and G11 with a second building B4 and a micro-grid M1 (building B9, member member1)."""
    with app.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.level == "grid").values(grid_type="ordinary"))
        save(connection, Area, [area("B4", "G11", "S/C1/G11/B4/", "building"), area("M1", "G11", "S/C1/G11/M1/", "grid", "micro")])
        save(connection, Area, [area("B9", "M1", "S/C1/G11/M1/B9/", "building")])
        save(connection, Household, [{"id": f"home-{code}", "area_code": code, "room": "101", "name": "孙九", "tags": []} for code in ("B4", "B9")])
        people.add(connection, "member1", "成员")
        save(connection, Post, [{"username": "member1", "role": "micro_member", "area_code": "M1", "starts": date(2026, 1, 1)}])
    return app


def plan(*steps: Step, day: date = DAY, communities=("C1",)) -> str:
    """Check a plan and keep it."""
    full = regrid.complete(list(steps), town.areas())
    assert regrid_checks.check(full, town.areas()) == []
    with writing() as connection:
        return store.keep(connection, full, list(communities), day, "admin1", NOON)


def halves(day: date = DAY) -> str:
    """G11 becomes N1 (B1; worker1) and N2 (B4, M1; worker2)."""
    one = Step("split", ("G11",), "N1", "东网格", "ordinary", places=("B1",), workers=("worker1",))
    return plan(one, Step("split", ("G11",), "N2", "西网格", "ordinary", places=("B4", "M1"), workers=("worker2",), line=2), day=day)


OLD = [6, 6, 6, 6, 6, 6, 6, 6, 5]
ORDINARY = [7, 6, 6, 6, 6, 6, 6, 6, 6]
DEDICATED = [7, 7, 7, 7, 7, 7, 7, 6, 6]
MICRO = [42, 42, 42, 42, 42, 42, 42, 41, 41]
BUILDINGS = 8
"""In each old grid."""


def code(n: int) -> str:
    return f"15080201300{n}"


def city() -> dict[str, dict]:
    rows = [("S", "金川街道", None, "street", None)]
    for n in range(1, 10):
        rows.append((code(n), f"{n}社区", "S", "community", None))
        for g in range(OLD[n - 1]):
            old = f"{code(n)}OLD{g}"
            rows.append((old, f"{n}社区旧{g}网格", code(n), "grid", "integrated"))
            rows += [(f"{old}B{b}", f"{g}-{b}号楼", old, "building", None) for b in range(BUILDINGS)]
    names = ("code", "name", "parent_code", "level", "grid_type")
    return placed({row[0]: dict(zip(names, row, strict=True)) for row in rows})


def redrawn() -> list[Step]:
    """One line for each new grid: the general one, the ordinary ones, the dedicated ones, the micro-grids with the buildings."""
    steps = []

    def line(*about, **more) -> None:
        steps.append(Step(*about, line=len(steps) + 2, **more))

    for n in range(1, 10):
        own = code(n)
        olds = tuple(f"{own}OLD{g}" for g in range(OLD[n - 1]))
        buildings = [f"{old}B{b}" for old in olds for b in range(BUILDINGS)]
        line("add", (), f"{own}000", f"{n}社区总网格", "general", own)
        for o in range(ORDINARY[n - 1]):
            line("split", olds, f"{own}{o + 1:03d}", f"{n}社区第{o + 1}网格", "ordinary")
        for d in range(DEDICATED[n - 1]):
            line("add", (), "", f"{n}社区专属{d + 1}", "dedicated", f"{own}000")
        for m in range(MICRO[n - 1]):
            places = buildings[m :: MICRO[n - 1]]
            line("split", olds, "", f"{n}社区微{m + 1}", "micro", f"{own}{m % ORDINARY[n - 1] + 1:03d}", tuple(places))
    return steps
