"""Getting the next order now: its date becomes today. The charge itself is billing's (`billing/order_now.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from shopify_app.contracts.models import ACTIVE
from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change, Standing
from shopify_app.edits.move import Moving
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

SOON = timedelta(minutes=5)
"""Shopify may refuse a date that is over when our request arrives (error OUT_OF_BOUNDS, schema 2026-10)."""


@dataclass(frozen=True)
class OrderingNow(Moving):
    """The cycle's expected date becomes now. Only the next order can: others begin later, or come after it."""

    name: ClassVar[str] = "order_now"
    asked_kind: ClassVar[str] = "order.order_now_requested"
    done_words: ClassVar[str] = N_("Ordered")
    cause: ClassVar[str | None] = "order now"

    def is_wished(self, wish: Json) -> bool:
        """A second tap is a moment later, and means the same."""
        return True

    def why_not(self, standing: Standing) -> Refusal | None:
        if standing.contract.status != ACTIVE:
            return Refusal.NOT_ACTIVE
        if standing.contract.parked_reason or standing.cycle.parked_reason:
            return Refusal.WAITS
        return super().why_not(standing)

    def undo(self, before: Json) -> Change | None:
        return None


def at(now: datetime) -> OrderingNow:
    """Return the change that is asked for at a business instant. Shopify keeps whole seconds."""
    return OrderingNow((now + SOON).replace(microsecond=0))
