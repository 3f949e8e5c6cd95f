"""What may come instead of a missing item, and how many units of it nobody else needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts import contents
from shopify_app.kit.db import Json
from shopify_app.stock import supply
from shopify_app.stock.models import ItemStanding, StockDecision
from shopify_app.stock.policy import SWAP


@dataclass(frozen=True)
class Substitute:
    """What a missing item may be swapped for, and how many units of it nobody else needs (None: unlimited)."""

    variant: Variant
    product: Product | None
    spare: int | None

    def has(self, units: int) -> bool:
        """Answer whether so many units of it are free."""
        return self.spare is None or units <= self.spare

    def as_json(self) -> Json:
        """Return it as facts tell it; `price` is a unit's in the shop, in the shop's currency."""
        return {
            "variant_gid": self.variant.shopify_gid,
            "product_gid": self.variant.product_gid,
            "title": self.product.title if self.product else self.variant.title,
            "variant_title": None if self.variant.title == contents.ONLY_VARIANT else self.variant.title,
            "price": None if self.variant.price is None else str(self.variant.price),
            "image_url": self.product.image_url if self.product else None,
        }


def substitute(
    session: Session, shop_id: int, variant_gid: str, until: datetime, but: int | None = None
) -> Substitute | None:
    """Return a variant with the units that are left when all its own subscribers until then were served.

    What staff keeps back for later renewals (`kept.py`) is not left either: a swap is no renewal of this item.
    None when Shopify has it no longer. What is promised to the decision `but` counts as free.
    """
    variant = session.scalar(select(Variant).where(Variant.shop_id == shop_id, Variant.shopify_gid == variant_gid))
    if variant is None or variant.price is None:
        return None
    mine = (Product.shop_id == shop_id, Product.shopify_gid == variant.product_gid)
    product = session.scalar(select(Product).where(*mine))
    if product is None or product.deleted_at is not None or product.status != "ACTIVE":
        return None
    if variant.inventory_item_gid is None or not supply.is_limited(variant):
        return Substitute(variant, product, None)
    on = supply.shelf(session, shop_id, variant.inventory_item_gid)
    if on.units is None:
        return Substitute(variant, product, None)
    needed = sum(claim.units for claim in supply.claims(session, shop_id, on, until))
    mine = (ItemStanding.shop_id == shop_id, ItemStanding.item_gid == on.item_gid)
    needed = max(needed, session.scalar(select(ItemStanding.kept_units).where(*mine)) or 0)
    return Substitute(variant, product, max(0, on.units - needed - _promised(session, shop_id, variant_gid, but)))


def _promised(session: Session, shop_id: int, variant_gid: str, but: int | None) -> int:
    """Units that are told as what comes instead, and are in no order yet."""
    mine = [StockDecision.shop_id == shop_id, StockDecision.ended_at.is_(None), StockDecision.done.is_(None)]
    if but is not None:
        mine.append(StockDecision.id != but)
    word = func.coalesce(StockDecision.choice, StockDecision.default)
    swaps = (word == SWAP, StockDecision.terms["swap_variant_gid"].astext == variant_gid)
    return int(session.scalar(select(func.sum(StockDecision.units)).where(*mine, *swaps)) or 0)
