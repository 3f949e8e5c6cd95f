"""Rows as Shopify's answers would have left them, for tests that begin at the database. Each takes what matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts import search
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract, ContractLine
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.health.models import Heartbeat
from shopify_app.journal.models import Delivery, Fact
from shopify_app.orders.models import Order, OrderContract
from shopify_app.privacy.models import PrivacyRequest
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop, ShopToken
from shopify_app.stock.models import StockCause, StockDecision
from shopify_app.stock.policy import SAFE
from shopify_app.stock.tell import item_of

NOW = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)


def shop(
    session: Session, domain: str = "rosebud-coffee.myshopify.com", seal: Callable[[str], str] = str, **columns: Any
) -> Shop:
    """An installed shop in New York, with a token. A shop that is opened needs a token that `seal` sealed."""
    values: dict[str, Any] = {
        "name": "Rosebud Coffee",
        "iana_timezone": "America/New_York",
        "currency": "USD",
        "host": "http://127.0.0.1:8000",
        "installed_at": NOW - timedelta(days=60),
    }
    row = Shop(domain=domain, **(values | columns))
    session.add(row)
    session.flush()
    session.add(ShopToken(shop_id=row.id, access_token=seal("shpat_never_used"), obtained_at=datetime.now(UTC)))
    session.flush()
    return row


def shopper(session: Session, shop_id: int, number: int, **columns: Any) -> Shopper:
    """A customer; without columns nothing personal is known of it."""
    row = Shopper(shop_id=shop_id, shopify_gid=f"gid://shopify/Customer/{number}", **columns)
    session.add(row)
    session.flush()
    return row


def card(
    session: Session, shop_id: int, number: int, expires_on: date | None = date(2030, 1, 31), **columns: Any
) -> PaymentMethod:
    """A Visa card."""
    values: dict[str, Any] = {"kind": "card", "brand": "Visa", "last_digits": "4242", "expires_on": expires_on}
    row = PaymentMethod(
        shop_id=shop_id, shopify_gid=f"gid://shopify/CustomerPaymentMethod/{number}", **(values | columns)
    )
    session.add(row)
    session.flush()
    return row


def contract(session: Session, shop_id: int, number: int, **columns: Any) -> Contract:
    """An active monthly contract of one bag of coffee at $18, next charged in two days."""
    values: dict[str, Any] = {
        "status": ACTIVE,
        "revision_id": 1,
        "currency": "USD",
        "billing_policy": {"interval": "MONTH", "intervalCount": 1, "anchors": []},
        "delivery_policy": {"interval": "MONTH", "intervalCount": 1, "anchors": []},
        "delivery_price": Decimal("5.00"),
        "shopify_created_at": NOW - timedelta(days=200),
        "shopify_updated_at": NOW - timedelta(days=10),
        "billable_since": NOW - timedelta(days=200),
        "next_charge_at": NOW + timedelta(days=2),
        "next_charge_total": Decimal("23.00"),
        "search_text": str(number),
        "read_at": NOW,
    }
    row = Contract(shop_id=shop_id, shopify_gid=f"gid://shopify/SubscriptionContract/{number}", **(values | columns))
    row.lines = [line(shop_id, number)]
    session.add(row)
    session.flush()
    search.index(session, row)
    return row


def line(shop_id: int, number: int, **columns: Any) -> ContractLine:
    """A line, to be hung on a contract."""
    values: dict[str, Any] = {
        "position": 0,
        "title": "House Blend",
        "variant_title": "Whole bean",
        "sku": "HB-W",
        "quantity": 1,
        "current_price": Decimal("18.00"),
        "discounted_price": Decimal("18.00"),
        "requires_shipping": True,
    }
    return ContractLine(shop_id=shop_id, shopify_gid=f"gid://shopify/SubscriptionLine/{number}", **(values | columns))


def cycle(session: Session, of: Contract, index: int, due_at: datetime | None, **columns: Any) -> BillingCycle:
    """An open cycle due at this instant; None for one that is not to be charged."""
    expected = due_at or NOW
    values: dict[str, Any] = {
        "start_at": expected - timedelta(days=30),
        "end_at": expected,
        "expected_at": expected,
        "status": "UNBILLED",
        "skipped": False,
        "edited": False,
        "due_at": due_at,
        "read_at": NOW,
    }
    row = BillingCycle(shop_id=of.shop_id, contract_id=of.id, cycle_index=index, **(values | columns))
    session.add(row)
    session.flush()
    return row


def attempt(
    session: Session, of: Contract, index: int, state: str, at: datetime = NOW, **columns: Any
) -> BillingAttempt:
    """A charge request in this state; outcomes came at `at`."""
    open_states = ("written", "requested", "unknown", "challenged")
    values: dict[str, Any] = {
        "attempt_number": 1,
        "idempotency_key": f"key-{of.id}-{index}",
        "origin_at": at,
        "written_at": at,
        "requested_at": at,
        "completed_at": None if state in open_states else at,
    }
    row = BillingAttempt(shop_id=of.shop_id, contract_id=of.id, cycle_index=index, state=state, **(values | columns))
    session.add(row)
    session.flush()
    return row


def order(session: Session, of: Contract, number: int, **columns: Any) -> Order:
    """A paid order of a contract."""
    values: dict[str, Any] = {
        "name": f"#{number}",
        "total": Decimal("24.50"),
        "currency": "USD",
        "financial_status": "PAID",
        "fulfillment_status": "UNFULFILLED",
        "shopify_created_at": NOW,
        "shopify_updated_at": NOW,
    }
    row = Order(shop_id=of.shop_id, shopify_gid=f"gid://shopify/Order/{number}", **(values | columns))
    session.add(row)
    session.flush()
    session.add(OrderContract(shop_id=of.shop_id, order_id=row.id, contract_gid=of.shopify_gid))
    session.flush()
    return row


def fact(session: Session, of: Contract, kind: str, at: datetime = NOW, **columns: Any) -> Fact:
    """A fact of a contract."""
    values: dict[str, Any] = {"key": f"{kind}:{of.id}:{at.isoformat()}", "data": {}}
    row = Fact(shop_id=of.shop_id, kind=kind, contract_gid=of.shopify_gid, occurred_at=at, **(values | columns))
    session.add(row)
    session.flush()
    return row


def delivery(session: Session, of: Fact, state: str, **columns: Any) -> Delivery:
    """Where a fact stands with Klaviyo, or another channel."""
    values = {"channel": "klaviyo", "state": state, "next_try_at": NOW} | columns
    row = Delivery(shop_id=of.shop_id, fact_id=of.id, **values)
    session.add(row)
    session.flush()
    return row


def privacy_request(session: Session, shop_id: int, kind: str, **columns: Any) -> PrivacyRequest:
    """A request about customer 7, received an hour ago and done now; `done_at=None` for one that waits."""
    values: dict[str, Any] = {
        "customer_gid": None if kind == "shop/redact" else "gid://shopify/Customer/7",
        "received_at": NOW - timedelta(hours=1),
        "done_at": NOW,
    }
    row = PrivacyRequest(shop_id=shop_id, kind=kind, **(values | columns))
    session.add(row)
    session.flush()
    return row


def alive(session: Session, kind: str, ago: timedelta = timedelta(0)) -> None:
    """A process of this kind that was last seen `ago`, by the database's clock."""
    seen = func.clock_timestamp() - ago
    session.add(Heartbeat(kind=kind, host="here", pid=1, started_at=seen, seen_at=seen))


def case(session: Session, of: Contract, index: int = 1, at: datetime = NOW, **columns: Any) -> DunningCase:
    """An open case of a refusal, with its failed attempt and cycle; the next try is a day later."""
    code = columns.pop("code", "INSUFFICIENT_FUNDS")
    parked = columns.pop("parked_reason", None)
    cycle(session, of, index, at, attempted_at=at, parked_reason=parked)
    failed = attempt(session, of, index, columns.pop("attempt", "failed"), at, error_code=code)
    values: dict[str, Any] = {
        "state": OPEN,
        "decline": "soft",
        "code": code,
        "attempt_id": failed.id,
        "failures": 1,
        "used": {},
        "seen": {},
        "amount": Decimal("23.00"),
        "currency": of.currency,
        "opened_at": at,
    }
    if "state" not in columns:
        values |= {"next_step": "retry", "next_step_at": at + timedelta(days=1)}
        of.at_risk_since = at
    row = DunningCase(shop_id=of.shop_id, contract_id=of.id, cycle_index=index, **(values | columns))
    session.add(row)
    session.flush()
    return row


def decision(
    session: Session, contract: Contract, cycle_index: int, charge_at: datetime, kind: str = "out", **columns: Any
) -> StockDecision:
    """Something in one order is not there: its shopper was told, and may wait or skip until the day before."""
    cause = StockCause(
        shop_id=contract.shop_id, item_gid=f"gid://shopify/InventoryItem/{contract.id}", kind=kind,
        opened_at=charge_at - timedelta(days=3), supply=0,
    )  # fmt: skip
    session.add(cause)
    session.flush()
    this = (BillingCycle.contract_id == contract.id, BillingCycle.cycle_index == cycle_index)
    expected = select(BillingCycle.expected_at).where(*this)
    values: dict[str, Any] = {
        "variant_gid": contract.lines[0].variant_gid or "gid://shopify/ProductVariant/1",
        "units": contract.lines[0].quantity,
        "charge_at": charge_at,
        "terms": SAFE.as_json()
        | {"wait_until": (charge_at + timedelta(days=14)).isoformat(), "scope": "shop"}
        | {"expected_at": (session.scalar(expected) or charge_at).isoformat()}
        | {"item": item_of(contract.lines[0], contract.lines[0].quantity)},
        "options": ["delay", "skip"],
        "default": "delay",
        "act_at": charge_at - timedelta(days=1),
        "state": "told",
        "decided_at": cause.opened_at,
        "told_at": cause.opened_at,
    }
    row = StockDecision(
        shop_id=contract.shop_id, cause_id=cause.id, contract_id=contract.id, cycle_index=cycle_index,
        **(values | columns),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
