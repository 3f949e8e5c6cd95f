"""Plain values out of GraphQL answers: instants, amounts, lists."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Node = dict[str, Any]


def instant(text: str | None) -> datetime | None:
    """Return Shopify's DateTime as an aware UTC instant, None for null; ValueError when it is no instant."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def known_instant(text: str) -> datetime:
    """Like `instant` for a field that is never null."""
    moment = instant(text)
    if moment is None:
        raise ValueError("Shopify left out an instant it promises")
    return moment


def amount(money: Node | None) -> Decimal:
    """Return the amount of a MoneyV2, zero when it is null."""
    return Decimal(str(money["amount"])) if money else Decimal(0)


def gid_of(node: Node | None) -> str | None:
    """Return the gid of a node that may be null."""
    return str(node["id"]) if node else None


def stamp(moment: datetime) -> str:
    """Return an instant the way Shopify's DateTime arguments and searches want it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
