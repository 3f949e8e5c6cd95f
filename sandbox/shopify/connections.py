"""Connections as Shopify pages them: opaque cursors, ``nodes`` and ``edges``, at most 250 at a time."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
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
) -> View:
    """One page of rows. Cursors name a row, so a page does not shift when rows are added or removed; a cursor
    whose row is gone is an error. Raises GraphQLError for missing, negative or too large page sizes."""
    _check(first, last)
    ordered = list(reversed(rows)) if reverse else list(rows)
    start, end = _between(ordered, key, after, before)
    lo, hi = start, end
    if first is not None:
        hi = min(hi, lo + first)
    if last is not None:
        lo = max(lo, hi - last)
    page = ordered[lo:hi]
    edges = [{"cursor": _cursor(key(row)), "node": view(row)} for row in page]
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


def _between(rows: list[Any], key: Callable[[Any], object], after: str | None, before: str | None) -> tuple[int, int]:
    start, end = 0, len(rows)
    if not after and not before:
        return start, end
    places = {str(key(row)): place for place, row in enumerate(rows)}
    if after:
        start = _place(places, after) + 1
    if before:
        end = _place(places, before)
    return start, max(start, end)


def _place(places: dict[str, int], cursor: str) -> int:
    try:
        return places[urlsafe_b64decode(cursor.encode()).decode()]
    except (ValueError, KeyError):
        raise GraphQLError(f"Invalid cursor '{cursor}'", extensions={"code": "BAD_REQUEST"}) from None


def _cursor(key: object) -> str:
    return urlsafe_b64encode(str(key).encode()).decode()
