"""A fact with everything an event about it may say, gathered from rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product
from shopify_app.channels.klaviyo import words
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop

Links = Callable[[Shop, str, int, datetime], dict[str, str]]
"""Shop, contract gid, cycle index and the instant they end → name → absolute address of what a mail can do."""


class CannotRender(Exception):
    """This fact cannot be told to Klaviyo; the message says why, in words a merchant understands."""


@dataclass(frozen=True)
class Around:
    """What a rendering needs besides rows: our own address, business time, and the maker of signed links."""

    host: str
    now: datetime
    links: Links | None = None


@dataclass(frozen=True)
class Story:
    """A fact with what it is about. `orders_completed` is None when not all orders of the contract are known."""

    around: Around
    shop: Shop
    fact: Fact
    contract: Contract
    cycle: BillingCycle | None
    shopper: Shopper
    products: dict[str, Product]
    payment_method: PaymentMethod | None
    orders_completed: int | None
    locale: Locale


def gather(session: Session, shop: Shop, fact: Fact, around: Around) -> Story:
    """Return the story of a fact. Raises CannotRender when contract or customer is missing or erased."""
    contract = _contract(session, shop, fact)
    shopper = _shopper(session, shop, fact)
    return Story(
        around=around,
        shop=shop,
        fact=fact,
        contract=contract,
        cycle=_cycle(session, contract, fact),
        shopper=shopper,
        products=_products(session, shop, contract),
        payment_method=_method(session, shop, contract),
        orders_completed=_orders_completed(session, shop, fact),
        locale=words.locale_of(shopper.locale, shop.primary_locale),
    )


def _contract(session: Session, shop: Shop, fact: Fact) -> Contract:
    mine = (Contract.shop_id == shop.id, Contract.shopify_gid == fact.contract_gid)
    contract = session.scalars(select(Contract).where(*mine)).one_or_none()
    if contract is None:
        raise CannotRender("the contract is no longer known")
    return contract


def _shopper(session: Session, shop: Shop, fact: Fact) -> Shopper:
    mine = (Shopper.shop_id == shop.id, Shopper.shopify_gid == fact.customer_gid)
    shopper = session.scalars(select(Shopper).where(*mine)).one_or_none()
    if shopper is None:
        raise CannotRender("the customer is not known")
    if shopper.redacted_at:
        raise CannotRender("the customer's data was erased")
    return shopper


def _cycle(session: Session, contract: Contract, fact: Fact) -> BillingCycle | None:
    if fact.cycle_index is None:
        return None
    mine = (BillingCycle.shop_id == contract.shop_id, BillingCycle.contract_id == contract.id)
    statement = select(BillingCycle).where(*mine, BillingCycle.cycle_index == fact.cycle_index)
    return session.scalars(statement).one_or_none()


def _products(session: Session, shop: Shop, contract: Contract) -> dict[str, Product]:
    gids = {line.product_gid for line in contract.lines if line.product_gid}
    found = session.scalars(select(Product).where(Product.shop_id == shop.id, Product.shopify_gid.in_(gids)))
    return {product.shopify_gid: product for product in found}


def _method(session: Session, shop: Shop, contract: Contract) -> PaymentMethod | None:
    mine = (PaymentMethod.shop_id == shop.id, PaymentMethod.shopify_gid == contract.payment_method_gid)
    return session.scalars(select(PaymentMethod).where(*mine)).one_or_none()


def _orders_completed(session: Session, shop: Shop, fact: Fact) -> int | None:
    """The first order and every paid charge up to this fact; None for a contract older than the installation."""
    counted = (
        select(Fact.kind, func.count())
        .where(
            Fact.shop_id == shop.id,
            Fact.contract_gid == fact.contract_gid,
            Fact.kind.in_(("subscription.started", "order.processed")),
            Fact.id <= fact.id,
        )
        .group_by(Fact.kind)
    )
    found = {kind: int(number) for kind, number in session.execute(counted).all()}
    return None if "subscription.started" not in found else 1 + found.get("order.processed", 0)
