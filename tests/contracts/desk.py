"""Readings made by hand and the rows they leave, without any Shopify."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.mirror import Change
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.contracts import ContractSnapshot, LineSnapshot
from shopify_app.gateways.shopify.customers import CustomerSnapshot
from shopify_app.gateways.shopify.cycles import CycleSnapshot, CyclesRead
from shopify_app.gateways.shopify.payment_methods import PaymentMethodSnapshot
from shopify_app.journal.models import Fact
from shopify_app.shops.models import Shop
from tests.support.rows import NOW

GID = "gid://shopify/SubscriptionContract/7"
CUSTOMER = "gid://shopify/Customer/3"
MONTHLY = {"interval": "MONTH", "intervalCount": 1, "minCycles": None, "maxCycles": None, "anchors": []}
DAY = timedelta(days=1)


def line(number: int, title: str = "House Blend", quantity: int = 1, price: str = "14.00") -> LineSnapshot:
    return LineSnapshot(
        gid=f"gid://shopify/SubscriptionLine/{number}",
        product_gid="gid://shopify/Product/1",
        variant_gid="gid://shopify/ProductVariant/1",
        title=title,
        variant_title="250 g",
        sku="HB-250",
        quantity=quantity,
        current_price=Decimal(price),
        discounted_price=Decimal(price) * quantity,
        selling_plan_gid=None,
        selling_plan_name=None,
        image_url=None,
        requires_shipping=True,
    )


def cycle(index: int, expected: datetime, **values: Any) -> CycleSnapshot:
    one = CycleSnapshot(index, expected - 30 * DAY, expected, expected, "UNBILLED", False, False)
    return replace(one, **values)


def cycles(*found: CycleSnapshot, until: datetime = NOW + 100 * DAY, complete: bool = True) -> CyclesRead:
    return CyclesRead(NOW - 40 * DAY, until, found, complete)


def contract(**values: Any) -> ContractSnapshot:
    """A monthly contract of Alex Marsh, revision 1, its next charges on 4 December and 4 January."""
    one = ContractSnapshot(
        gid=GID,
        status="ACTIVE",
        revision_id=1,
        currency="USD",
        created_at=NOW - 27 * DAY,
        updated_at=NOW - 27 * DAY,
        next_billing_date=None,
        note=None,
        last_payment_status=None,
        billing_policy=MONTHLY,
        delivery_policy=MONTHLY,
        delivery_method={"type": "shipping", "title": "Standard", "address": {"address1": "12 Elm Street"}},
        delivery_price=Decimal("4.50"),
        discounts=[],
        origin_order_gid="gid://shopify/Order/1",
        customer=CustomerSnapshot(CUSTOMER, "alex@rosebud-shopper.net", None, "Alex", "Marsh", "en", NOW - 27 * DAY),
        payment_method=PaymentMethodSnapshot(
            "gid://shopify/CustomerPaymentMethod/af", CUSTOMER, "card", "Visa", "4242", None, None, None
        ),
        lines=(line(1),),
        asked_at=NOW,
        cycles=cycles(cycle(1, NOW + 3 * DAY), cycle(2, NOW + 34 * DAY)),
    )
    return replace(one, **values)


@dataclass
class Desk:
    """Applies readings in the order they come and looks at the rows."""

    ctx: Context
    shop: Shop
    asked: datetime = field(default=datetime(2026, 11, 1, tzinfo=UTC))

    def apply(self, reading: ContractSnapshot, *, later: bool = True) -> Change:
        """Apply a reading, asked one second after the one before unless `later` is False."""
        if later:
            self.asked += timedelta(seconds=1)
            reading = replace(reading, asked_at=self.asked)
        with self.ctx.db.session() as session:
            return mirror.apply(session, session.get_one(Shop, self.shop.id), reading, self.ctx.clock.now())

    @property
    def row(self) -> Contract:
        with self.ctx.db.session() as session:
            row = session.scalars(select(Contract)).one()
            _ = row.lines
            return row

    @property
    def cycles(self) -> dict[int, BillingCycle]:
        with self.ctx.db.session() as session:
            return {row.cycle_index: row for row in session.scalars(select(BillingCycle).order_by(BillingCycle.id))}

    @property
    def due(self) -> list[int]:
        return sorted(index for index, row in self.cycles.items() if row.due_at)

    @property
    def facts(self) -> list[str]:
        with self.ctx.db.session() as session:
            return [fact.kind for fact in session.scalars(select(Fact).order_by(Fact.id))]
