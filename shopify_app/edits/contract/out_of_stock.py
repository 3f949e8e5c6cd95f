"""What a shopper wants done when something in a coming order is out of stock: a preference that we keep.

Shopify has no field for it (decision 10), so nobody is asked: a column of ours on the contract is the whole effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from sqlalchemy.orm import Session

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

AS_SHOP = "as_shop"
CHOICES = {
    AS_SHOP: N_("As the shop does"),
    "substitute": N_("Send a substitute for it"),
    "wait": N_("Wait until everything is there"),
    "skip": N_("Skip the order"),
    "ship_rest": N_("Send the rest without it"),
}
"""What may be preferred: word for programs → words for staff. AS_SHOP is kept as null."""


def choose(word: str) -> OutOfStock:
    """Return the edit for a word of CHOICES. Raises ValueError for any other."""
    if word not in CHOICES:
        raise ValueError(f"no out-of-stock preference: {word!r}")
    return OutOfStock(None if word == AS_SHOP else word)


def word(kept: str | None) -> str:
    """Return the word of CHOICES for what a contract, a picture or a fact keeps."""
    return kept or AS_SHOP


def said(kept: str | None) -> str:
    """Return the same in words for staff."""
    return CHOICES[word(kept)]


@dataclass(frozen=True)
class OutOfStock(Action):
    """`choice` is a word of CHOICES, None for AS_SHOP; make it by `choose`."""

    choice: str | None

    name: ClassVar[str] = "out_of_stock"
    done_kind: ClassVar[str] = "subscription.out_of_stock_changed"
    done_words: ClassVar[str] = N_("Out-of-stock preference changed")
    is_ours: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        return No.ALREADY if self.is_true(standing.contract, {}) else None

    def paint(self, before: Picture) -> Picture:
        return replace(before, out_of_stock=self.choice)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        raise NotImplementedError("Shopify knows no such preference")

    def is_true(self, contract: Contract, before: Json) -> bool:
        return contract.out_of_stock == self.choice

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        contract.out_of_stock = self.choice

    def undo(self, before: Json) -> Action | None:
        return OutOfStock(before.get("out_of_stock"))
