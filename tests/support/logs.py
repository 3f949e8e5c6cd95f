"""Hears every log line as it was written, before and after masking, and knows what none of them may hold."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sandbox.world import World
from shopify_app.kit import log as logs

PATTERNS = {
    "a token of Shopify's": re.compile(r"\bshp[a-z]{2}_\w{6,}"),
    "an id token": re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"),
    "a signature or a key": re.compile(r"(?<![\w+/=-])[\w+/-]{43}=(?![\w+/=-])"),
    "a signature of an address": re.compile(r"\b[0-9a-f]{64}\b"),
    "a key of Klaviyo's": re.compile(r"\bpk_\w{6,}"),
    "a sealed secret": re.compile(r"gAAAAA[\w-]{20,}"),
    "a mail address": re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}"),
}
"""Shapes, for what Shopify makes up while a story runs. An HMAC-SHA256 in base64 has 43 characters and a "="."""

SHORTEST = 5
"""A shorter value ("ME") stands in many an innocent line."""


class Ears(logging.Handler):
    """Keeps of each record everything a handler could get at, and both lines that `kit.log` makes of it."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.raw: list[str] = []
        self.lines: list[str] = []
        self._formatters = [logs.formatter("text"), logs.formatter("json")]

    def emit(self, record: logging.LogRecord) -> None:
        extra = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.raw.append(f"{record.name}: {record.getMessage()} {record.args!r} {extra!r} {trace}")
        self.lines += [formatter.format(record) for formatter in self._formatters]

    def heard(self, words: str) -> bool:
        return any(words in line for line in self.raw)


_PLAIN = set(vars(logging.makeLogRecord({})))


@contextmanager
def listening(style: str = "text") -> Iterator[Ears]:
    """Log as a process does that was started with LOG_LEVEL=debug, and listen to all of it."""
    root, ears = logging.getLogger(), Ears()
    before, level = list(root.handlers), root.level
    logs.configure("debug", style)
    root.addHandler(ears)
    try:
        yield ears
    finally:
        root.handlers[:] = before
        root.setLevel(level)


def personal(world: World, shop: str) -> dict[str, str]:
    """What the world's customers and contracts say about people, named by where it stands."""
    found: dict[str, str] = {}
    for row in world.of("customers", shop):
        found |= {f"customer {row['id']} {name}": value for name, value in _texts(row, _OF_CUSTOMERS)}
        found |= {f"customer {row['id']} {name}": value for name, value in _texts(row.get("address"), _OF_ADDRESSES)}
    for row in world.of("contracts", shop):
        address = row["delivery"]["address"]
        found |= {f"contract {row['id']} {name}": value for name, value in _texts(address, _OF_ADDRESSES)}
    return found


def tokens(world: World, shop: str) -> dict[str, str]:
    """Every access and refresh token that was ever issued."""
    rows = list(world.of("tokens", shop))
    refresh = {f"refresh token {n}": row["refresh"] for n, row in enumerate(rows) if row["refresh"]}
    return {f"access token {n}": row["id"] for n, row in enumerate(rows)} | refresh


def leaks(lines: Iterable[str], secrets: dict[str, str]) -> list[str]:
    """Return "what in: where" for each secret in each line, with the words around it; empty when none is there."""
    found = []
    for line in lines:
        low = line.lower()
        places = {name: low.find(value.lower()) for name, value in secrets.items()}
        shapes = {name: pattern.search(line) for name, pattern in PATTERNS.items()}
        places |= {name: match.start() for name, match in shapes.items() if match}
        found += [f"{name} in: {line[max(0, at - 200) : at + 200]}" for name, at in places.items() if at >= 0]
    return found


_OF_CUSTOMERS = ("email", "phone", "first_name", "last_name")
_OF_ADDRESSES = ("first_name", "last_name", "company", "address1", "address2", "city", "zip", "phone")


def _texts(row: dict | None, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        value = (row or {}).get(name)
        if isinstance(value, str) and len(value) >= SHORTEST:
            yield name, value
