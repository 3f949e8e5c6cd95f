"""Connections as Shopify pages them: opaque cursors, ``nodes`` and ``edges``, at most 250 at a time."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from sandbox.shopify.registry import View

MAX_PAGE = 250  # Shopify docs: API limits


def connection(
    rows: Sequence[Any],
    view: Callable[[Any], View],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
    key: Callable[[Any], object] = lambda row: row["id"],
    order: Callable[[Any], Any] | None = None,
) -> View:
    """One page of rows. Raises GraphQLError for missing, negative or too large page sizes and for broken cursors.

    With ``order`` the rows are sorted by it, and a cursor remembers the place in that order, as Shopify's do: it
    holds when its row is deleted, and when its row is changed and moves on. Without, a cursor names its row.
    """
    _check(first, last)
    name: Callable[[Any], Any] = (lambda row: [order(row), key(row)]) if order else key
    if order:
        rows = sorted(rows, key=name)
    ordered = list(reversed(rows)) if reverse else list(rows)
    start, end = _between(ordered, name, after, before, (-1 if reverse else 1) if order else 0)
    lo, hi = start, end
    if first is not None:
        hi = min(hi, lo + first)
    if last is not None:
        lo = max(lo, hi - last)
    page = ordered[lo:hi]
    edges = [{"cursor": _cursor(name(row)), "node": view(row)} for row in page]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": hi < len(ordered),
            "hasPreviousPage": lo > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _check(first: int | None, last: int | None) -> None:
    if first is None and last is None:
        raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
    for size in (first, last):
        if size is not None and not 0 <= size <= MAX_PAGE:
            raise GraphQLError(f"The page size must be between 0 and {MAX_PAGE}, was {size}")


def _between(
    rows: list[Any], name: Callable[[Any], Any], after: str | None, before: str | None, direction: int
) -> tuple[int, int]:
    """Where a page may begin and must end. ``direction``: 1 ascending, -1 descending, 0 in no order."""
    names = [name(row) for row in rows] if after or before else []
    start = _place(names, after, direction, past=True) if after else 0
    end = _place(names, before, direction, past=False) if before else len(rows)
    return start, max(start, end)


def _place(names: list[Any], cursor: str, direction: int, *, past: bool) -> int:
    """The index of the cursor's row, or of the row after it. Raises GraphQLError for a cursor that is none."""
    try:
        wanted = json.loads(urlsafe_b64decode(cursor.encode()))
        if not direction:
            return names.index(wanted) + past
        if direction < 0:
            return len(names) - (bisect_left if past else bisect_right)(names[::-1], wanted)
        return (bisect_right if past else bisect_left)(names, wanted)
    except (ValueError, TypeError):
        raise GraphQLError(f"Invalid cursor '{cursor}'", extensions={"code": "BAD_REQUEST"}) from None


def _cursor(name: object) -> str:
    return urlsafe_b64encode(json.dumps(name).encode()).decode()
