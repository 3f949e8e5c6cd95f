"""Numbers in addresses: `<int:…>` takes only those that a row may have; any other is an address of nothing."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**63 - 1
"""PostgreSQL's bigint."""


class OfRow(IntegerConverter):
    """A whole number from 0 to LARGEST, unless the rule says a smaller one."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": LARGEST} | kwargs)


def register(app: Flask) -> None:
    """Let the rules that follow read their numbers so."""
    app.url_map.converters["int"] = OfRow
