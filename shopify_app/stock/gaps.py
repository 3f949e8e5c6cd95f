"""Variants that contract lines refer to and that we do not hold yet: read with their product and stock.

Rows lead, not calls: whoever writes a contract line need not know that a variant is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog import mirror
from shopify_app.catalog.models import Variant
from shopify_app.contracts.models import ContractLine
from shopify_app.gateways.shopify.products import BATCH, VariantSnapshot
from shopify_app.stock import levels


def missing(session: Session, shop_id: int, limit: int = BATCH) -> list[str]:
    """Return gids of variants on contract lines without a row of ours, at most `limit`."""
    known = select(Variant.id).where(Variant.shop_id == shop_id, Variant.shopify_gid == ContractLine.variant_gid)
    query = (
        select(ContractLine.variant_gid)
        .where(ContractLine.shop_id == shop_id, ContractLine.variant_gid.is_not(None), ~known.exists())
        .distinct()
        .order_by(ContractLine.variant_gid)
        .limit(limit)
    )
    return [gid for gid in session.scalars(query) if gid]


def apply(session: Session, shop_id: int, asked: Sequence[str], found: dict[str, VariantSnapshot]) -> None:
    """Write what was found of the variants asked for, and remember which of them Shopify no longer has."""
    for snapshot in found.values():
        mirror.apply_variant(session, shop_id, snapshot)
        for level in snapshot.levels:
            levels.apply(session, shop_id, level)
        levels.keep_only(session, shop_id, snapshot.item_gid, {level.location_gid for level in snapshot.levels})
    gone = set(asked) - set(found)
    if gone:
        columns = (ContractLine.variant_gid, ContractLine.product_gid, ContractLine.title)
        query = select(*columns).where(ContractLine.shop_id == shop_id, ContractLine.variant_gid.in_(gone)).distinct()
        rows = session.execute(query).all()
        mirror.remember_gone(session, shop_id, [(gid, product or "", title) for gid, product, title in rows if gid])
