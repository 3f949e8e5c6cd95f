"""What an edit of one billing cycle has to say about itself; `door.py` carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.answers import Refusal
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json


@dataclass(frozen=True)
class Target:
    """The cycle to be changed. `actor`: "merchant:42", "link", "shopper:…" or "perennial"."""

    shop_id: int
    contract_gid: str
    index: int
    actor: str


@dataclass(frozen=True)
class Standing:
    """What a rule may look at: the rows as they are, and the next cycle's expected date if it is known.

    `now` is business time.
    """

    contract: Contract
    cycle: BillingCycle
    following_at: datetime | None
    now: datetime


class Change(Protocol):
    """One action. Rule and pictures are pure; `send` is the one effect, asked of Shopify by the door."""

    @property
    def asked_kind(self) -> str:
        """The fact told before Shopify is asked, e.g. "order.skip_requested"."""

    @property
    def done_kind(self) -> str:
        """The fact told when it is read at Shopify, e.g. "order.skipped"."""

    @property
    def done_words(self) -> str:
        """What staff read when it is done."""

    def why_not(self, standing: Standing) -> Refusal | None:
        """Return why this cannot be done now, None when it can."""

    def before(self, cycle: BillingCycle) -> Json:
        """Return what this action changes, as it is now: plain JSON."""

    def after(self) -> Json:
        """Return the same, as it will be: what a preview shows."""

    def send(self, client: AdminClient, target: Target) -> None:
        """Ask Shopify. Raises ShopifyError."""

    def is_true(self, cycle: BillingCycle) -> bool:
        """Answer whether a cycle, as read at Shopify, is as wished."""

    def settle(self, cycle: BillingCycle, now: datetime) -> None:
        """Write on our row what follows from the change and Shopify cannot know."""

    def undo(self, cycle: BillingCycle) -> Change:
        """Return what takes the change back; `cycle` as it is before the change."""
