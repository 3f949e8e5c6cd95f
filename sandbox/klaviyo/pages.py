"""Reading lists: metrics and stored events, filtered, a page at a time.

A cursor is Klaviyo's own business; here it is a place in the list. Sparse fieldsets are not followed: everything is
shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt
from typing import Any
from urllib.parse import urlencode

from flask import request

from sandbox.klaviyo import documents
from sandbox.klaviyo.problems import Problem, Refused
from sandbox.klaviyo.state import Klaviyo
from sandbox.klaviyo.values import parse_instant
from sandbox.world.store import Row

PAGE = 200
MAX_PAGE = 1_000
METRIC_FILTER = re.compile(r"equals\((integration\.(?:name|category)),(?:\"([^\"]*)\"|'([^']*)')\)")
CONDITION = re.compile(r"([a-z-]+)\(([a-z_]+),(?:\"([^\"]*)\"|'([^']*)'|([^()\"',]*))\)")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "greater-or-equal": ge,
    "greater-than": gt,
    "less-or-equal": le,
    "less-than": lt,
}
SORTS = {None: False, "datetime": False, "timestamp": False, "-datetime": True, "-timestamp": True}


def metrics(klaviyo: Klaviyo, account: str) -> dict[str, Any]:
    """All metrics of one account; filtered by the integration's name, the one filter known to work."""
    rows = klaviyo.of("metrics", account).all()
    if wanted := request.args.get("filter"):
        match = METRIC_FILTER.fullmatch(wanted)
        if not match:
            raise _refused(f"Invalid filter: {wanted[:100]}", "filter")
        # integration.category was seen to return nothing at all, whatever was asked
        value = match[2] or match[3] or ""
        rows = [row for row in rows if match[1] == "integration.name" and row["source"] == value]
    shown, links = _page(rows, PAGE)
    return {"data": [documents.metric(row) for row in shown], "links": links}


def events(klaviyo: Klaviyo, account: str) -> dict[str, Any]:
    """The stored events, oldest first unless sorted; by metric_id, profile_id and time (Klaviyo's OpenAPI)."""
    conditions = list(_conditions(request.args.get("filter", "")))
    rows = [row for row in klaviyo.stored(account) if all(holds(row) for holds in conditions)]
    sort = request.args.get("sort")
    if sort not in SORTS:
        raise _refused(f"Invalid sort: {str(sort)[:100]}", "sort")
    rows.sort(key=lambda row: row["time"], reverse=SORTS[sort])
    shown, links = _page(rows, _number("page[size]", PAGE, 1, MAX_PAGE))
    answer = {"data": [documents.event(row) for row in shown], "links": links}
    included = list(_included(klaviyo, account, shown))
    return {**answer, "included": included} if included else answer


def _included(klaviyo: Klaviyo, account: str, rows: list[Row]) -> Iterator[dict[str, Any]]:
    """What `include=profile,metric` asks for, each once."""
    kinds = {"profile": documents.profile, "metric": documents.metric}
    for kind in filter(None, request.args.get("include", "").split(",")):
        if kind not in kinds:
            raise _refused(f"Invalid include: {kind[:100]}", "include")
        for key in dict.fromkeys(row[kind] for row in rows):
            yield kinds[kind](klaviyo.of(f"{kind}s", account)[key])


def _conditions(text: str) -> Iterator[Callable[[Row], bool]]:
    """One condition, several parted by commas, or and(…) of them."""
    inner = text[4:-1] if text.startswith("and(") and text.endswith(")") else text
    place = 0
    while place < len(inner):
        match = CONDITION.match(inner, place)
        if not match or inner[match.end() : match.end() + 1] not in ("", ","):
            raise _refused(f"Invalid filter: {text[:100]}", "filter")
        yield _condition(match)
        place = match.end() + 1


def _condition(match: re.Match[str]) -> Callable[[Row], bool]:
    operator, name, value = match[1], match[2], match[3] or match[4] or match[5] or ""
    if operator == "equals" and name in ("metric_id", "profile_id"):
        return lambda row: eq(row[name.removesuffix("_id")], value)
    when = _instant(name, value)
    if operator not in COMPARISONS or when is None:
        raise _refused(f"Invalid filter: {match[0][:100]}", "filter")
    return lambda row: COMPARISONS[operator](datetime.fromisoformat(row["time"]), when)


def _instant(name: str, value: str) -> datetime | None:
    if name == "datetime":
        return parse_instant(value)
    if name == "timestamp" and re.fullmatch(r"\d{1,10}", value):
        return datetime.fromtimestamp(int(value), UTC)
    return None


def _page(rows: list[Row], size: int) -> tuple[list[Row], dict[str, str | None]]:
    start = _number("page[cursor]", 0, 0, 10**9)
    others = {name: value for name, value in request.args.items() if name != "page[cursor]"}
    following = f"{request.base_url}?{urlencode({**others, 'page[cursor]': str(start + size)})}"
    has_more = len(rows) > start + size
    return rows[start : start + size], {
        "self": request.base_url,
        "next": following if has_more else None,
        "prev": None,
    }


def _number(name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
        raise _refused(f"Invalid {name.removeprefix('page[').removesuffix(']')}.", name)
    return int(text)


def _refused(detail: str, parameter: str) -> Refused:
    return Refused(Problem(400, "invalid", "Invalid input.", detail, parameter=parameter))
