"""Tables for spreadsheet programs: inert cells, and a line that says who took them out and when."""

import csv
import io
from urllib.parse import quote

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from .access import note, now
from .words import clock, day

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with: a spreadsheet program would compute it."""


def inert(cell) -> str:
    """The cell as text that no spreadsheet program computes."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_file(title: str, heads: list[str], rows: list[list], found: int = 0) -> Response:
    """A CSV of UTF-8 with its mark, which Excel asks for. The export is logged and bears its watermark in the first line.

    `found` is how many rows there are where not all of them may go out; the first line says so.
    """
    note("exported", detail=f"{title} {len(rows)}")
    text = io.StringIO()
    lines = csv.writer(text)
    who, when = inert(f"{current_user.name}({current_user.username})"), f"{day(now())} {clock(now())}"
    cut = [_("共 %(found)s 条,只导出前 %(count)s 条", found=found, count=len(rows))] if found > len(rows) else []
    lines.writerow([_("%(who)s,%(when)s 导出,%(count)s 行,仅供工作使用", who=who, when=when, count=len(rows)), *cut])
    lines.writerow([inert(head) for head in heads])
    lines.writerows([inert(cell) for cell in row] for row in rows)
    name = quote(f"{title}-{now():%Y%m%d}.csv")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)
