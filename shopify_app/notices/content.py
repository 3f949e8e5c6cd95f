"""What a shopper is told of one order, and how two such states differ. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.db import Json
from shopify_app.notices.rules import days_until, has_moved


@dataclass(frozen=True)
class Content:
    """One state of a coming order. `due_at` is None when it is skipped. `amount`: before taxes, as text.

    `items`: {"title", "variant_title", "quantity"} of each line, of a cycle edited on its own those of the edit.
    """

    due_at: datetime | None
    skipped: bool
    amount: str
    items: tuple[Json, ...]

    def as_json(self) -> Json:
        """Return it as a fact carries it."""
        due_at = self.due_at.isoformat() if self.due_at else None
        return {"due_at": due_at, "skipped": self.skipped, "amount": self.amount, "items": list(self.items)}

    def digest(self) -> str:
        """Return a short hash of the content."""
        text = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def of(contract: Contract, cycle: BillingCycle) -> Content:
    """Return what there is to tell of a cycle now."""
    order = contents.of(contract, cycle)
    items = tuple(
        {"title": line.title, "variant_title": line.variant_title, "quantity": line.quantity} for line in order.lines
    )
    return Content(None if cycle.skipped else cycle.due_at, cycle.skipped, str(order.total), items)


def changes(before: Content, after: Content, zone: ZoneInfo) -> list[str]:
    """Return what differs for a shopper: of "date", "skipped", "items" and "amount".

    Another hour of the same local day is no difference. An order that takes place after all has a new date.
    """
    found = {
        "date": _has_new_date(before, after, zone),
        "skipped": before.skipped != after.skipped,
        "items": _counted(before) != _counted(after),
        "amount": Decimal(before.amount) != Decimal(after.amount),
    }
    return [name for name, differs in found.items() if differs]


def comes_sooner(before: Content, after: Content, zone: ZoneInfo) -> bool:
    """Is the charge on an earlier local day than told, or on any though none was told?"""
    if after.due_at is None:
        return False
    return before.due_at is None or days_until(after.due_at, before.due_at, zone) < 0


def _has_new_date(before: Content, after: Content, zone: ZoneInfo) -> bool:
    if after.due_at is None:
        return False
    return before.due_at is None or has_moved(before.due_at, after.due_at, zone)


def _counted(content: Content) -> list[tuple[str, str, int]]:
    """The order of lines says nothing to a shopper."""
    return sorted((item["title"], item["variant_title"] or "", item["quantity"]) for item in content.items)
