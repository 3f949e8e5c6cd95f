"""Every feature that holds something about a person, in one list. A guard finds `erase.py` files missing here."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy.orm import Session

from shopify_app.billing import erase as billing
from shopify_app.cards import erase as cards
from shopify_app.channels import erase as channels
from shopify_app.contracts import erase as contracts
from shopify_app.dunning import erase as dunning
from shopify_app.edits import erase as edits
from shopify_app.fulfillment import erase as fulfillment
from shopify_app.journal import erase as journal
from shopify_app.links import erase as links
from shopify_app.notices import erase as notices
from shopify_app.orders import erase as orders
from shopify_app.privacy import erase as privacy
from shopify_app.shoppers import erase as shoppers
from shopify_app.stock import erase as stock


class Feature(Protocol):
    """A feature's `erase` module."""

    def held(self, session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
        """Return, as JSON values, what is held about the customer."""

    def erase(self, session: Session, shop_id: int, customer_gid: str | None) -> int:
        """Erase one customer, or every customer of the shop (None); return how many rows changed."""


FEATURES: dict[str, Feature] = {
    "channels": channels,
    "cards": cards,
    "notices": notices,
    "links": links,
    "edits": edits,
    "orders": orders,
    "dunning": dunning,
    "stock": stock,
    "billing": billing,
    "fulfillment": fulfillment,
    "journal": journal,
    "shoppers": shoppers,
    "contracts": contracts,
    "privacy": privacy,
}
"""In the order of erasing. Those that find the customer's rows through others' stand before them."""
