"""Shopify's search syntax, as far as the modelled queries use it: ``name:value`` terms, all of which must hold.

``updated_at:>='2026-12-01T00:00:00Z' status:active``. A filter that a query does not have is refused, because
Shopify would ignore it silently and return everything (doubt: it adds a search warning), which hides mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from sandbox.world.store import Row

# Sort keys that several queries share; another one is a KeyError, which the answer shows as a failure of the sandbox.
ORDERS: dict[str, Callable[[Row], Any]] = {
    "ID": lambda row: row["id"],
    "CREATED_AT": lambda row: row["created_at"],
    "UPDATED_AT": lambda row: row["updated_at"],
    "TITLE": lambda row: row["title"],
}
TERM = re.compile(r"""(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))""")
Read = Callable[[Row], Any]


def matching(rows: list[Row], text: str | None, fields: dict[str, Read]) -> list[Row]:
    """The rows for which every term holds. ``fields`` maps filter names to what they read (text, int, datetime)."""
    if not text or not text.strip():
        return rows
    tests = [_test(*term, fields) for term in _terms(text)]
    return [row for row in rows if all(test(row) for test in tests)]


def _terms(text: str) -> list[tuple[str, str, str]]:
    rest = re.sub(r"\bAND\b", " ", TERM.sub(" ", text)).strip()
    if rest:
        raise GraphQLError(f"sandbox does not model the search {rest!r}")
    return [(m[1], m[2] or "", m[3] or m[4] or m[5] or "") for m in TERM.finditer(text)]


def _test(name: str, sign: str, value: str, fields: dict[str, Read]) -> Callable[[Row], bool]:
    if name not in fields:
        raise GraphQLError(f"sandbox does not model the filter {name!r} here; it has {', '.join(sorted(fields))}")
    read = fields[name]

    def test(row: Row) -> bool:
        found = read(row)
        each = found if isinstance(found, list) else [found]
        return any(one is not None and _compare(one, sign, _as(one, value)) for one in each)

    return test


def _as(found: Any, value: str) -> Any:
    if isinstance(found, datetime):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise GraphQLError(f"invalid date {value!r} in the search") from None
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    if isinstance(found, int):
        key = value.rsplit("/", 1)[-1]
        return int(key) if key.isdigit() else -1
    return value.lower()


def _compare(found: Any, sign: str, value: Any) -> bool:
    found = found.lower() if isinstance(found, str) else found
    if sign == ">=":
        return bool(found >= value)
    if sign == "<=":
        return bool(found <= value)
    if sign == ">":
        return bool(found > value)
    if sign == "<":
        return bool(found < value)
    if isinstance(found, str) and str(value).endswith("*"):  # Shopify docs: a trailing * matches the rest of a word
        return any(word.startswith(value[:-1]) for word in found.split())
    return bool(found == value)


def instant(field: str) -> Read:
    """Read a stored time."""
    return lambda row: datetime.fromisoformat(row[field]) if row[field] else None
