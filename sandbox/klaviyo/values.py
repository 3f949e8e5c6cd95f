"""Checks of single values: e-mail, phone, time, and the size and shape of free properties. Each yields problems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from sandbox.klaviyo.problems import Problem, invalid

MAX_EMAIL = 100
MAX_PROPERTIES = 400
MAX_STRING = 100_000  # "100 KB"
MAX_ITEMS = 4_000
MAX_DEPTH = 10  # the properties object itself counts as the first level: the stricter reading
MAX_PROFILE = 95_000  # "95 KB", an event's profile object
INT64 = 2**63

EMAIL = re.compile(r"[^\s@,;<>()\[\]\\\"]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
E164 = re.compile(r"\+[1-9]\d{6,14}")
CURRENCY = re.compile(r"[A-Z]{3}")
# a date, or a date with a time; no bare numbers, so Unix time is refused
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")


def email(value: Any, pointer: str) -> Iterator[Problem]:
    """Klaviyo's recorded detail is "Invalid email address" [recorded on profiles]."""
    if not isinstance(value, str) or len(value) > MAX_EMAIL or not EMAIL.fullmatch(value):
        yield invalid("Invalid email address", pointer)


def phone(value: Any, pointer: str) -> Iterator[Problem]:
    """E.164 only. Whether a bad number beside a good e-mail is refused is unknown: refused here."""
    if not isinstance(value, str) or not E164.fullmatch(value):
        yield invalid("Invalid phone number format (Example of a valid format: +12345678901)", pointer)


def instant(value: Any, now: datetime, pointer: str) -> Iterator[Problem]:
    """ISO 8601, later than 1990 (the newer of two docs), at most a year ahead of `now`."""
    when = parse_instant(value)
    if when is None:
        yield invalid("Invalid datetime: expected an ISO 8601 date and time.", pointer)
    elif when.year <= 1990 or when > now + timedelta(days=365):
        yield invalid("The time must be after the year 1990 and at most one year in the future.", pointer)


def parse_instant(value: Any) -> datetime | None:
    """Aware UTC, cut to the second; without a zone it is UTC, without a time midnight. None if it is no ISO 8601."""
    if not isinstance(value, str) or not ISO.fullmatch(value):
        return None
    try:
        when = datetime.fromisoformat(value)
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def number(value: Any, pointer: str) -> Iterator[Problem]:
    """A real JSON number: a number in a string, or a boolean, is refused."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not -INT64 <= value < INT64:
        yield invalid("The value must be a number.", pointer)


def properties(value: Any, pointer: str) -> Iterator[Problem]:
    """At most 400 of them; strings to 100 KB, arrays to 4,000 items, 10 levels, integers within int64."""
    if not isinstance(value, dict):
        yield invalid("The properties must be an object.", pointer)
        return
    if len(value) > MAX_PROPERTIES:
        yield invalid(f"An event cannot have more than {MAX_PROPERTIES} properties.", pointer)
    yield from _shape(value, pointer, 1)


def _shape(value: Any, pointer: str, depth: int) -> Iterator[Problem]:
    if depth > MAX_DEPTH and isinstance(value, dict | list):
        yield invalid(f"Properties cannot be nested deeper than {MAX_DEPTH} levels.", pointer)
        return
    if isinstance(value, str) and len(value.encode()) > MAX_STRING:
        yield invalid("A string cannot be larger than 100 KB.", pointer)
    elif isinstance(value, list) and len(value) > MAX_ITEMS:
        yield invalid(f"An array cannot have more than {MAX_ITEMS} items.", pointer)
    elif isinstance(value, float) and not isfinite(value):
        yield invalid("A number must be finite.", pointer)
    elif isinstance(value, int) and not -INT64 <= value < INT64:
        yield invalid("An integer must fit into 64 bits.", pointer)
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in pairs:
            yield from _shape(child, f"{pointer}/{key}", depth + 1)


def size(value: Any) -> int:
    """Bytes of a value as JSON."""
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
