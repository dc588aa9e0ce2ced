"""The empty ledger of households, for a community to fill in."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .households import COLUMNS


def write(path: Path) -> None:
    """A page with the headings, whose columns are text so that long numbers stay whole, and a page that explains them."""
    book = Workbook()
    ledger, words = book.active, book.create_sheet("填写说明")
    ledger.title, ledger.freeze_panes = "户册", "A2"
    for number, (column, meaning) in enumerate(COLUMNS.items(), 1):
        ledger.cell(1, number, column).font = Font(bold=True)
        whole = ledger.column_dimensions[get_column_letter(number)]
        whole.width, whole.number_format = 18, "@"
        words.append([column, meaning])
    words.column_dimensions["A"].width, words.column_dimensions["B"].width = 18, 90
    book.save(path)
