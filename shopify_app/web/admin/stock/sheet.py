"""A table as a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from shopify_app.web.admin import render

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a CSV file of that name. Text that a spreadsheet would run as a formula gets a mark before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([str(name) for name in head])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    response = render.answer("\ufeff" + out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(cell: object) -> object:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    words = str(cell)  # said in the reader's language, if it is marked
    return f"'{words}" if words.startswith(_FORMULA) else words
