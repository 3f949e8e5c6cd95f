"""Rows that many facts need, fetched together: a handful of queries for two hundred events, not for each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from shopify_app.billing.models import CHALLENGED, BillingAttempt
from shopify_app.catalog.models import Product
from shopify_app.contracts import contents
from shopify_app.contracts.cycles import DEFAULT_HOUR, billing_hour
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.rules.store import of_shop
from shopify_app.edits.rules.terms import Rules
from shopify_app.journal.models import Fact
from shopify_app.kit.db import is_among, is_one_of
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop
from shopify_app.stock.models import StockDecision


@dataclass(frozen=True)
class Shelf:
    """One shop's rows by Shopify's ids, as far as the facts they were fetched for need them."""

    contracts: dict[str, Contract] = field(default_factory=dict)
    contracts_of: dict[str, list[Contract]] = field(default_factory=dict)
    shoppers: dict[str, Shopper] = field(default_factory=dict)
    cycles: dict[tuple[int, int], BillingCycle] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    methods: dict[str, PaymentMethod] = field(default_factory=dict)
    orders: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Contract gid and fact kind → ids of its starts and paid charges, ascending."""
    rules: dict[str, Rules] = field(default_factory=dict)
    """The shop's rules about shoppers' changes, by plan, as `edits/rules/store` has them."""
    hour: int = DEFAULT_HOUR
    challenges: dict[int, str] = field(default_factory=dict)
    """Id of an attempt that waits for the shopper → the bank's page, which no fact repeats."""
    short: frozenset[int] = frozenset()
    """Ids of contracts with an order in which something is missing."""

    def cycle(self, contract: Contract, index: int | None) -> BillingCycle | None:
        """Return a cycle of a contract; None when it is not known, or there is no index."""
        return None if index is None else self.cycles.get((contract.id, index))

    def orders_completed(self, fact: Fact) -> int | None:
        """Return the first order and every paid charge up to a fact; None when the contract is older than we."""
        if not self._up_to(fact, "subscription.started"):
            return None
        return 1 + self._up_to(fact, "order.processed")

    def _up_to(self, fact: Fact, kind: str) -> int:
        return bisect_right(self.orders.get((fact.contract_gid or "", kind), []), fact.id)


def fetch(session: Session, shop: Shop, facts: Sequence[Fact]) -> Shelf:
    """Return what these facts of one shop need to be rendered."""
    customers = {fact.customer_gid for fact in facts if fact.customer_gid}
    contracts = _contracts(session, shop, {fact.contract_gid for fact in facts if fact.contract_gid}, customers)
    contracts_of: dict[str, list[Contract]] = defaultdict(list)
    for contract in contracts:
        contracts_of[contract.customer_gid or ""].append(contract)
    by_gid = {contract.shopify_gid: contract for contract in contracts}
    shoppers = session.scalars(
        select(Shopper).where(Shopper.shop_id == shop.id, is_among(Shopper.shopify_gid, customers))
    )
    known = cycles(session, shop.id, by_gid, facts)
    return Shelf(
        contracts=by_gid,
        contracts_of=dict(contracts_of),
        shoppers={shopper.shopify_gid: shopper for shopper in shoppers},
        cycles=known,
        products=_products(session, shop, contracts, known, facts),
        methods=_methods(session, shop, contracts, facts),
        orders=_orders(session, shop, by_gid),
        rules=of_shop(session, shop.id),
        hour=billing_hour(session, shop.id),
        challenges=_challenges(session, shop, facts),
        short=_short(session, contracts),
    )


def for_shopper(session: Session, shop: Shop, shopper: Shopper) -> Shelf:
    """Return what one shopper's profile needs."""
    return fetch(session, shop, [Fact(customer_gid=shopper.shopify_gid)])


def cycles(
    session: Session, shop_id: int, contracts: dict[str, Contract], facts: Iterable[Fact], *options: ORMOption
) -> dict[tuple[int, int], BillingCycle]:
    """Return the billing cycles that facts are about, and the one after each, by contract id and index."""
    wanted = {
        (contracts[fact.contract_gid].id, index)
        for fact in facts
        if fact.contract_gid in contracts and fact.cycle_index is not None
        for index in (fact.cycle_index, fact.cycle_index + 1)
    }
    these = is_one_of(wanted, BillingCycle.contract_id, BillingCycle.cycle_index)
    found = session.scalars(select(BillingCycle).where(BillingCycle.shop_id == shop_id, these).options(*options))
    return {(cycle.contract_id, cycle.cycle_index): cycle for cycle in found}


_UNTOLD = (Contract.discounts, Contract.pauses, Contract.search_text)
"""What no event says of a contract, and takes long to read."""


def _contracts(session: Session, shop: Shop, gids: set[str], customers: set[str]) -> Sequence[Contract]:
    """The contracts facts are about, and all others of the same people: a profile speaks of them all."""
    theirs = or_(is_among(Contract.shopify_gid, gids), is_among(Contract.customer_gid, customers))
    told = (selectinload(Contract.lines), *(defer(column) for column in _UNTOLD))
    statement = select(Contract).where(Contract.shop_id == shop.id, theirs).options(*told)
    return session.scalars(statement.order_by(Contract.id)).all()


def _products(
    session: Session,
    shop: Shop,
    contracts: Sequence[Contract],
    known: dict[tuple[int, int], BillingCycle],
    facts: Sequence[Fact],
) -> dict[str, Product]:
    gids = {line.product_gid for contract in contracts for line in contract.lines if line.product_gid}
    edited = [contents.parsed(cycle.contents) for cycle in known.values() if cycle.contents]
    gids |= {line.product_gid for order in edited for line in order.lines if line.product_gid}
    shipped = [line for fact in facts for line in (fact.data or {}).get("lines") or []]
    gids |= {line["product_gid"] for line in shipped if line["product_gid"]}
    instead = [one for fact in facts for one in (fact.data or {}).get("alternatives") or []]
    gids |= {one["product_gid"] for one in instead if one.get("product_gid")}
    found = session.scalars(select(Product).where(Product.shop_id == shop.id, is_among(Product.shopify_gid, gids)))
    return {product.shopify_gid: product for product in found}


def _methods(
    session: Session, shop: Shop, contracts: Sequence[Contract], facts: Sequence[Fact]
) -> dict[str, PaymentMethod]:
    gids = {contract.payment_method_gid for contract in contracts if contract.payment_method_gid}
    gids |= {gid for fact in facts if (gid := (fact.data or {}).get("method_gid"))}
    mine = (PaymentMethod.shop_id == shop.id, is_among(PaymentMethod.shopify_gid, gids))
    return {method.shopify_gid: method for method in session.scalars(select(PaymentMethod).where(*mine))}


def _challenges(session: Session, shop: Shop, facts: Sequence[Fact]) -> dict[int, str]:
    ids = [fact.data["attempt_id"] for fact in facts if fact.kind == "payment.action_required"]
    if not ids:
        return {}
    mine = (BillingAttempt.shop_id == shop.id, BillingAttempt.id.in_(ids), BillingAttempt.state == CHALLENGED)
    rows = session.execute(select(BillingAttempt.id, BillingAttempt.next_action_url).where(*mine)).all()
    return {row.id: row.next_action_url for row in rows if row.next_action_url}


def _short(session: Session, contracts: Sequence[Contract]) -> frozenset[int]:
    mine = is_among(StockDecision.contract_id, {contract.id for contract in contracts})
    return frozenset(session.scalars(select(StockDecision.contract_id).where(mine, StockDecision.ended_at.is_(None))))


def _orders(session: Session, shop: Shop, contracts: dict[str, Contract]) -> dict[tuple[str, str], list[int]]:
    statement = (
        select(Fact.contract_gid, Fact.kind, Fact.id)
        .where(
            Fact.shop_id == shop.id,
            is_among(Fact.contract_gid, contracts),
            Fact.kind.in_(("subscription.started", "order.processed")),
        )
        .order_by(Fact.id)
    )
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for gid, kind, number in session.execute(statement).all():
        found[gid or "", kind].append(number)
    return dict(found)
