"""What the next twelve weeks will bring, by how sure it is. One statement; amounts are those of each next charge.

- *paid*: charged today already
- *due*: to be charged, and nothing speaks against it
- *at risk*: to be charged, while a charge of the subscription fails, or its way to pay ends before
- *held*: held back, or waiting for a person
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.billing.models import SETTLED
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.kit.speech import N_
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.shops.models import Shop
from shopify_app.web.admin import queries

PAID, DUE, AT_RISK, HELD = "paid", "due", "at_risk", "held"
WORDS = {PAID: N_("Paid"), DUE: N_("Due"), AT_RISK: N_("At risk"), HELD: N_("Held")}
WEEK, AHEAD = timedelta(days=7), 12


@dataclass
class Week:
    """Seven days from `on` (shop-local), and their sums in one currency."""

    on: date
    sums: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(WORDS, Decimal(0)))

    @property
    def unsure(self) -> Decimal:
        return self.sums[AT_RISK] + self.sums[HELD]


def weeks(session: Session, shop: Shop, currency: str, now: datetime) -> list[Week]:
    """Return the next twelve times seven days from today. What is overdue counts to the first of them."""
    today = now.astimezone(shop.zone).date()
    found = [Week(today + number * WEEK) for number in range(AHEAD)]
    bounds = [_midnight(shop, week.on) for week in found] + [_midnight(shop, today + AHEAD * WEEK)]
    which = case(*((BillingCycle.due_at < end, number) for number, end in enumerate(bounds[1:])), else_=AHEAD)
    method = and_(PaymentMethod.shop_id == Contract.shop_id, PaymentMethod.shopify_gid == Contract.payment_method_gid)
    charges = (
        select(which.label("week"), _certainty(shop).label("certainty"), Contract.next_charge_total.label("amount"))
        .select_from(BillingCycle)
        .join(Contract, Contract.id == BillingCycle.contract_id)
        .outerjoin(PaymentMethod, method)
        .where(BillingCycle.shop_id == shop.id, BillingCycle.due_at < bounds[-1], BillingCycle.attempted_at.is_(None))
        .where(Contract.status == ACTIVE, Contract.currency == currency)
        .subquery()
    )
    each = (charges.c.week, charges.c.certainty)
    query = select(*each, func.coalesce(func.sum(charges.c.amount), 0)).group_by(*each)
    for number, certainty, amount in session.execute(query):
        found[number].sums[certainty] = amount
    found[0].sums[PAID] = queries.completed(session, shop.id, SETTLED, bounds[0], now)[1].get(currency, Decimal(0))
    return found


def _certainty(shop: Shop) -> ColumnElement[str]:
    held = or_(
        BillingCycle.held_reason.is_not(None),
        BillingCycle.parked_reason.is_not(None),
        Contract.parked_reason.is_not(None),
        Contract.billing_stopped_at.is_not(None),
    )
    ends = PaymentMethod.expires_on < func.date(func.timezone(shop.zone.key, BillingCycle.due_at))
    at_risk = or_(Contract.at_risk_since.is_not(None), PaymentMethod.revoked_at.is_not(None), ends)
    return case((held, HELD), (at_risk, AT_RISK), else_=DUE)


def _midnight(shop: Shop, on: date) -> datetime:
    return datetime.combine(on, time.min, shop.zone)
