"""How often orders are skipped and subscriptions cancelled, by product and rhythm: what of a need will not come true.

From our own rows of the last 90 days. Below 30 observations a group leans on the shop's mean, so that one cancelled
subscription of a new product does not halve its need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Float, Select, Subquery, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import ACTIVE, CANCELLED, BillingCycle, Contract, ContractLine
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json

SPAN = timedelta(days=90)
ENOUGH = 30
"""Observations from which on a group speaks for itself."""
Group = tuple[str, str]
"""A product's gid and a rhythm (see `rhythm`)."""


@dataclass
class Counted:
    """What was observed: `orders` that were due, of which `skipped`; `contracts` that were active for `days` in all,
    of which `cancelled`.
    """

    orders: int = 0
    skipped: int = 0
    contracts: int = 0
    cancelled: int = 0
    days: float = 0

    def add(self, other: Counted) -> None:
        """Add another group's."""
        self.orders, self.skipped = self.orders + other.orders, self.skipped + other.skipped
        self.contracts, self.cancelled = self.contracts + other.contracts, self.cancelled + other.cancelled
        self.days += other.days

    @property
    def skip(self) -> float:
        """The share of orders that were skipped."""
        return self.skipped / self.orders if self.orders else 0

    @property
    def churn(self) -> float:
        """The share of subscriptions that were cancelled per day."""
        return min(self.cancelled / self.days, 1) if self.days else 0


@dataclass(frozen=True)
class Rate:
    """What one group does. `churn` is a day's; `orders` and `contracts` say from how many observations it comes."""

    skip: float
    churn: float
    orders: int
    contracts: int

    @property
    def monthly_churn(self) -> float:
        """The share of subscriptions that end within 30 days."""
        return 1 - (1 - self.churn) ** 30

    def share(self, days_ahead: float) -> float:
        """Return which share of what is needed in so many days will be needed then."""
        return float((1 - self.skip) * (1 - self.churn) ** max(days_ahead, 0))


@dataclass
class Rates:
    """A shop's groups, and all of them together."""

    groups: dict[Group, Counted] = field(default_factory=dict)
    whole: Counted = field(default_factory=Counted)

    def of(self, product_gid: str | None, rhythm: str) -> Rate:
        """Return a group's rates, shrunk to the shop's mean while it has few observations."""
        own = self.groups.get((product_gid or "", rhythm), Counted())
        return Rate(
            shrunk(own.skip, own.orders, self.whole.skip),
            shrunk(own.churn, own.contracts, self.whole.churn),
            own.orders,
            own.contracts,
        )


def shrunk(own: float, number: int, mean: float) -> float:
    """Return a group's rate: its own from ENOUGH observations on, below that drawn to the mean."""
    known = min(number, ENOUGH)
    return (known * own + (ENOUGH - known) * mean) / ENOUGH


def rhythm(policy: Json) -> str:
    """Return a billing policy as groups are told apart by it, e.g. "MONTH:1"."""
    return f"{policy['interval']}:{policy['intervalCount']}"


RHYTHM = func.concat(
    Contract.billing_policy["interval"].astext, ":", Contract.billing_policy["intervalCount"].astext
).label("rhythm")
"""The same of a contract, in SQL."""


def of_shop(session: Session, shop_id: int, now: datetime) -> Rates:
    """Count a shop's last 90 days (business time)."""
    found: defaultdict[Group, Counted] = defaultdict(Counted)
    for product_gid, every, orders, skipped in session.execute(_orders(shop_id, now)):
        found[product_gid or "", every].add(Counted(orders=orders, skipped=skipped))
    for product_gid, every, contracts, cancelled, days in session.execute(_lives(shop_id, now)):
        found[product_gid or "", every].add(Counted(contracts=contracts, cancelled=cancelled, days=float(days or 0)))
    rates = Rates(dict(found))
    for counted in found.values():
        rates.whole.add(counted)
    return rates


def _products(shop_id: int) -> Subquery:
    """Contract → the products in it, each once."""
    query = select(ContractLine.contract_id, ContractLine.product_gid).where(ContractLine.shop_id == shop_id)
    return query.distinct().subquery("products")


def _orders(shop_id: int, now: datetime) -> Select[str | None, str, int, int]:
    """Orders whose day has come: charged, or skipped; those that failed or were paused away say nothing of a need."""
    products = _products(shop_id)
    came = or_(BillingCycle.status == "BILLED", BillingCycle.skipped)
    return (
        select(products.c.product_gid, RHYTHM, func.count(), func.count().filter(BillingCycle.skipped))
        .select_from(BillingCycle)
        .join(Contract, Contract.id == BillingCycle.contract_id)
        .join(products, products.c.contract_id == Contract.id)
        .where(BillingCycle.shop_id == shop_id, BillingCycle.expected_at >= now - SPAN)
        .where(BillingCycle.expected_at < now, came)
        .group_by(products.c.product_gid, RHYTHM)
    )


def _lives(shop_id: int, now: datetime) -> Select[str | None, str, int, int, float]:
    """Days that subscriptions were active, and how many of them were cancelled; when, the journal knows."""
    products, since = _products(shop_id), literal(now - SPAN)
    ended = (
        select(func.max(Fact.occurred_at))
        .where(Fact.shop_id == Contract.shop_id, Fact.contract_gid == Contract.shopify_gid)
        .where(Fact.kind == "subscription.cancelled", Fact.occurred_at >= since, Fact.occurred_at <= now)
        .correlate(Contract)
        .scalar_subquery()
    )
    candidates = or_(
        Contract.status == ACTIVE, (Contract.status == CANCELLED) & (Contract.shopify_updated_at >= since)
    )
    lives = (
        select(
            Contract.id,
            RHYTHM,
            func.greatest(Contract.shopify_created_at, since).label("start"),
            case((Contract.status == CANCELLED, ended)).label("ended"),
            Contract.status,
        )
        .where(Contract.shop_id == shop_id, Contract.shopify_created_at < now, candidates)
        .subquery("lives")
    )
    span = func.extract("epoch", func.coalesce(lives.c.ended, literal(now)) - lives.c.start)
    return (
        select(
            products.c.product_gid,
            lives.c.rhythm,
            func.count(),
            func.count(lives.c.ended),
            func.sum(cast(func.greatest(span, 0), Float) / 86400),
        )
        .join(products, products.c.contract_id == lives.c.id)
        .where(or_(lives.c.status == ACTIVE, lives.c.ended.is_not(None)))
        .group_by(products.c.product_gid, lives.c.rhythm)
    )


def groups_of(rates: Rates, product_gids: Collection[str]) -> list[tuple[str, Rate]]:
    """Return the rhythms in which some products are subscribed to, with their rates, the most observed first."""
    found = [(every, rates.of(gid, every)) for gid, every in rates.groups if gid in product_gids]
    return sorted(found, key=lambda pair: (-pair[1].contracts, -pair[1].orders, pair[0]))
