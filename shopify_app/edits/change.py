"""What an edit of one billing cycle has to say about itself; `door.py` carries it out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

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
    """What a rule may look at: the rows as they are, and the expected dates of the neighbours if they are known.

    `preceding_at` is None, too, for a cycle whose predecessor is paid: nothing can come before it any more. `now` is
    business time.
    """

    contract: Contract
    cycle: BillingCycle
    following_at: datetime | None
    now: datetime
    preceding_at: datetime | None = None


class Change(ABC):
    """One edit of one cycle: a frozen dataclass that a row keeps by `name` and `wish` (`changes.py`).

    Rule and pictures are pure; `send` is the one effect, asked of Shopify by the door. Pictures go to the journal, so
    they say nothing about who somebody is or where they live.
    """

    cause: ClassVar[str | None] = None
    """What stands behind it, told with the facts."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Its word in rows."""

    @property
    @abstractmethod
    def asked_kind(self) -> str:
        """The fact told before Shopify is asked, e.g. "order.skip_requested"."""

    @property
    @abstractmethod
    def done_kind(self) -> str:
        """The fact told when it is read at Shopify, e.g. "order.skipped"."""

    @property
    @abstractmethod
    def done_words(self) -> str:
        """What staff read when it is done."""

    def wish(self) -> Json:
        """Return what `changes.parse` makes this change of again."""
        return {}

    def is_wished(self, wish: Json) -> bool:
        """Answer whether a row that keeps `wish` under this name asks for the same."""
        return self.wish() == wish

    @abstractmethod
    def why_not(self, standing: Standing) -> Refusal | None:
        """Return why this cannot be done now, None when it can."""

    @abstractmethod
    def before(self, cycle: BillingCycle) -> Json:
        """Return what this action changes, as it is now: plain JSON."""

    @abstractmethod
    def after(self) -> Json:
        """Return the same, as it will be: what a preview shows."""

    @abstractmethod
    def send(self, client: AdminClient, target: Target) -> None:
        """Ask Shopify. Raises ShopifyError."""

    @abstractmethod
    def is_true(self, cycle: BillingCycle) -> bool:
        """Answer whether a cycle, as read at Shopify, is as wished."""

    def settle(self, cycle: BillingCycle, now: datetime) -> None:  # noqa: B027 - most need nothing
        """Write on our row what follows from the change and Shopify cannot know."""

    @abstractmethod
    def undo(self, before: Json) -> Change | None:
        """Return what takes it back, None when nothing does. `before`: its picture from before."""
