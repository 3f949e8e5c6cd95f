"""What may come into a subscription, at which price: our mirror's variants, under the terms of the items in it.

Our mirror holds the variants that some subscription of the shop has (see `catalog`), and those that `learn` read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog import mirror as catalog
from shopify_app.catalog.models import Product, Variant
from shopify_app.context import Context
from shopify_app.contracts.models import Contract, ContractLine
from shopify_app.edits.contract import lines, prices
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.lines import Add, Remove, Swap
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.gateways.shopify.products import fetch_variants
from shopify_app.kit.db import Json
from shopify_app.kit.money import round_money
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

GID = re.compile(r"gid://shopify/ProductVariant/[0-9]{1,20}")
PATIENCE = 1.0
"""Seconds (machine time) that a person waits for a throttled read."""


@dataclass(frozen=True)
class Good:
    """A variant as a subscription would hold it. `price`: a unit, in the contract's currency; `base`: in the shop."""

    variant_gid: str
    product_gid: str
    title: str
    variant_title: str | None
    price: Decimal
    base: Decimal
    image_url: str | None


def learn(ctx: Context, shop_id: int, variant_gid: str) -> No | None:
    """Read a variant from Shopify unless our mirror knows it; return why it cannot be had, None when it is known now.

    Call it without a transaction.
    """
    if not GID.fullmatch(variant_gid):
        return No.NOT_SOLD
    with ctx.db.session() as session:
        if catalog.knows_variant(session, shop_id, variant_gid):
            return None
    try:
        found, _ = with_client(ctx, shop_id, lambda client: fetch_variants(client, [variant_gid], PATIENCE))
    except ShopifyError as error:
        log.warning("a variant cannot be read", extra={"shop_id": shop_id, "error": str(error)})
        return No.NO_ANSWER
    with ctx.db.session() as session:
        for snapshot in found.values():
            catalog.apply_variant(session, shop_id, snapshot)
    return None if found else No.NOT_SOLD


def for_line(session: Session, contract: Contract, line_gid: str) -> list[Good]:
    """Return what an item may be swapped for, by name; nothing when prices are not known in its currency."""
    return for_lines(session, contract, [line_gid])[line_gid]


def for_lines(session: Session, contract: Contract, line_gids: Iterable[str]) -> dict[str, list[Good]]:
    """Return the same for several items, line gid → goods: what the shop sells is read once."""
    shelf = _shelf(session, contract) if _knows_currency(session, contract) else []
    found = {line_gid: lines.find(contract, line_gid) for line_gid in line_gids}
    return {
        line_gid: [_as_good(*each, line, contract.currency) for each in shelf if _is_another(each[0], line)]
        for line_gid, line in found.items()
    }


def _is_another(variant: Variant, line: ContractLine | None) -> bool:
    return line is not None and variant.shopify_gid != line.variant_gid


def for_more(session: Session, contract: Contract) -> list[Good]:
    """Return what may be added, by name; nothing when prices are not known in the contract's currency."""
    there = {line.variant_gid for line in contract.lines}
    goods = _goods(session, contract, _pattern(contract))
    return [good for good in goods if good.variant_gid not in there]


def swap(session: Session, contract: Contract, line_gid: str, variant_gid: str) -> Swap | No:
    """Return the edit that makes an item another variant, at the price it has under the item's terms; or why not."""
    line = lines.find(contract, line_gid)
    if line is None:
        return No.LINE_GONE
    good = _good(session, contract, line, variant_gid)
    if isinstance(good, No):
        return good
    new, old = prices.moved_to(line.pricing, good.base), line.pricing
    what = (good.variant_gid, good.title, good.variant_title, str(good.price))
    return Swap(line_gid, *what, contract.currency, new, old)


def add(session: Session, contract: Contract, variant_gid: str, quantity: int) -> Add | No:
    """Return the edit that adds a variant, on the plan and the terms of the first item; or why not."""
    like = _pattern(contract)
    good = _good(session, contract, like, variant_gid)
    if isinstance(good, No):
        return good
    plan = (like.selling_plan_gid, like.selling_plan_name) if like else (None, None)
    pricing = prices.moved_to(like.pricing, good.base) if like else None
    what = (good.title, good.variant_title, str(good.price), contract.currency)
    return Add(variant_gid, quantity, *what, pricing, *plan)


def find(session: Session, contract: Contract, variant_gid: str) -> Good | No:
    """Return a variant that may be added, or why it may not."""
    return _good(session, contract, _pattern(contract), variant_gid)


def remove(contract: Contract, line_gid: str) -> Remove:
    """Return the edit that takes an item out. Undone, it is as before, but for custom attributes: we hold none."""
    line = lines.find(contract, line_gid)
    return Remove(line_gid, _kept(line, contract.currency) if line else None)


def _kept(line: ContractLine, currency: str) -> Json | None:
    if not line.variant_gid:
        return None  # its product was deleted: it cannot come back
    back = Add(
        variant_gid=line.variant_gid,
        quantity=line.quantity,
        title=line.title,
        variant_title=line.variant_title,
        price=str(line.current_price),
        currency=currency,
        pricing=line.pricing,
        plan_gid=line.selling_plan_gid,
        plan_name=line.selling_plan_name,
    )
    return back.wish()


def _pattern(contract: Contract) -> ContractLine | None:
    """The item whose terms an added one gets: the first that was bought on a plan, else the first."""
    planned = (line for line in contract.lines if line.selling_plan_gid)
    return next(planned, contract.lines[0] if contract.lines else None)


def _good(session: Session, contract: Contract, like: ContractLine | None, variant_gid: str) -> Good | No:
    if not _knows_currency(session, contract):
        return No.OTHER_CURRENCY
    found = _read(session, contract, like, only=variant_gid)
    return found[0] if found else No.NOT_SOLD


def _goods(session: Session, contract: Contract, like: ContractLine | None) -> list[Good]:
    return _read(session, contract, like) if _knows_currency(session, contract) else []


def _knows_currency(session: Session, contract: Contract) -> bool:
    """Variants have one price for us, in the shop's currency; what they cost in others is Shopify's to convert."""
    return session.get_one(Shop, contract.shop_id).currency == contract.currency


def _read(session: Session, contract: Contract, like: ContractLine | None, only: str | None = None) -> list[Good]:
    return [_as_good(*each, like, contract.currency) for each in _shelf(session, contract, only)]


def _shelf(session: Session, contract: Contract, only: str | None = None) -> list[tuple[Variant, Product]]:
    """What the shop sells, by name."""
    query = (
        select(Variant, Product)
        .join(Product, (Product.shop_id == Variant.shop_id) & (Product.shopify_gid == Variant.product_gid))
        .where(Variant.shop_id == contract.shop_id, Variant.price.is_not(None))
        .where(Product.status == "ACTIVE", Product.deleted_at.is_(None))
        .order_by(Product.title, Variant.title, Variant.id)
    )
    query = query if only is None else query.where(Variant.shopify_gid == only)
    return [(variant, product) for variant, product in session.execute(query)]


def _as_good(variant: Variant, product: Product, like: ContractLine | None, currency: str) -> Good:
    base = variant.price or Decimal(0)
    price = prices.price(like.pricing, like.current_price, base, currency) if like else round_money(base, currency)
    return Good(
        variant.shopify_gid, product.shopify_gid, product.title, variant.title, price, base, product.image_url
    )
