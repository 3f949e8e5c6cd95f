"""What an edit of a subscription has to say about itself; `door.py` carries it out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.shops.models import Shop


@dataclass(frozen=True)
class Target:
    """The subscription to be changed. `actor`: "merchant:42", "shopper:…" or "perennial"."""

    shop_id: int
    contract_gid: str
    actor: str


@dataclass(frozen=True)
class Standing:
    """What a rule may look at: the rows as they are. `cycles`: the open ones by date. `now` is business time.

    `is_charging`: whether a charge is under way, None while it is asked for at each rule, as the door does. `shop`:
    kept here so that the session keeps it too.
    """

    contract: Contract
    cycles: Sequence[BillingCycle]
    resumes_at: datetime | None
    now: datetime
    is_charging: bool | None = None
    shop: Shop | None = None


class Action(ABC):
    """One edit: a frozen dataclass whose fields are plain JSON, so that a row keeps it. Rule and pictures are pure.

    `name` is its word in rows and facts. `done_kind` is the fact told when it is done, None when the mirror tells
    what it reads at Shopify already. `is_draft`: it goes through a draft, as Shopify calls it. `is_ours`: Shopify has
    nothing like it and is not asked, what `settle` writes is the whole effect.
    """

    name: ClassVar[str]
    done_kind: ClassVar[str | None] = None
    done_words: ClassVar[str]
    is_draft: ClassVar[bool] = False
    is_ours: ClassVar[bool] = False

    def wish(self) -> Json:
        """Return what `actions.parse` makes this action of again."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    def asked(self) -> Json:
        """Return the part of the wish that whoever asks has chosen: a request repeated alike is answered alike."""
        return self.wish()

    def ruled_by(self) -> tuple[str, ...]:
        """Return the names of what the shop's rules must allow for it."""
        return (self.name,)

    @abstractmethod
    def why_not(self, standing: Standing) -> No | None:
        """Return why this cannot be done now, None when it can."""

    @abstractmethod
    def paint(self, before: Picture) -> Picture:
        """Return the subscription as it will be."""

    @abstractmethod
    def send(self, client: AdminClient, contract_gid: str) -> None:
        """Ask Shopify; never called for what `is_ours`. Raises ShopifyError."""

    @abstractmethod
    def is_true(self, contract: Contract, before: Json) -> bool:
        """Answer whether a contract, as read at Shopify, is as wished. `before`: its picture when it was asked."""

    def settle(self, session: Session, contract: Contract, actor: str) -> None:  # noqa: B027 - most need nothing
        """Write on our rows what follows from the change and Shopify cannot know."""

    def told(self, contract: Contract) -> Json | None:
        """Return what the fact of `done_kind` says besides before and after."""
        return None

    def learned(self, contract: Contract, before: Json) -> Action:
        """Return the action with what only the contract as read at Shopify tells: kept to take it back."""
        return self

    def undo(self, before: Json) -> Action | None:
        """Return what takes it back, None when nothing can. `before`: the picture when it was asked."""
        return None
