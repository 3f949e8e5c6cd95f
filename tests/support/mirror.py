"""Compares the app's mirror with the sandbox's world, field by field. Reads the world's own rows, not its API."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.shopify import cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.orders.models import Order, OrderContract
from shopify_app.shoppers.models import PaymentMethod, Shopper
from tests.support.app import Story

ENDED = ("CANCELLED", "EXPIRED")


def differences(story: Story) -> list[str]:
    """Return one line per field in which the mirror is not the world; empty when it is right."""
    found: list[str] = []
    with story.world.locked(), story.ctx.db.session() as session:
        for row in story.world.of("contracts", story.shop_domain):
            found += _contract(story, session, row)
        found += _strangers(story, session)
        found += _customers(story, session)
        found += _orders(story, session)
    return found


def _contract(story: Story, session: Session, row: dict[str, Any]) -> list[str]:
    name = _gid("SubscriptionContract", row["id"])
    ours = session.scalars(select(Contract).where(Contract.shopify_gid == name)).one_or_none()
    if ours is None:
        return [f"{name} is missing"]
    expected = {
        "status": row["status"],
        "revision_id": row["revision_id"],
        "currency": row["currency"],
        "customer_gid": _gid("Customer", row["customer_id"]),
        "payment_method_gid": _gid("CustomerPaymentMethod", row["payment_method_id"]),
        "next_billing_date": _instant(row["next_billing_date"]),
        "delivery_price": Decimal(row["delivery_price"]),
        "note": row["note"],
        "last_payment_status": row["last_payment_status"],
        "shopify_created_at": _instant(row["created_at"]),
        "shopify_updated_at": _instant(row["updated_at"]),
        "interval": (row["billing_policy"]["interval"], row["billing_policy"]["interval_count"]),
        "lines": [
            (
                line["title"],
                line["quantity"],
                Decimal(line["price"]),
                line["sku"],
                _gid("ProductVariant", line["variant_id"]),
            )
            for line in row["lines"]
        ],
    }
    actual = {key: getattr(ours, key) for key in expected if key not in ("interval", "lines")} | {
        "interval": (ours.billing_policy["interval"], ours.billing_policy["intervalCount"]),
        "lines": [(line.title, line.quantity, line.current_price, line.sku, line.variant_gid) for line in ours.lines],
    }
    return _compare(name, expected, actual) + _cycles(story, session, row, ours)


def _cycles(story: Story, session: Session, row: dict[str, Any], ours: Contract) -> list[str]:
    if row["status"] in ENDED:
        due = session.scalars(
            select(BillingCycle).where(BillingCycle.contract_id == ours.id, BillingCycle.due_at.is_not(None))
        )
        return [f"{ours.shopify_gid} has ended, but cycle {cycle.cycle_index} is due" for cycle in due]
    found = []
    mirrored = {
        cycle.cycle_index: cycle
        for cycle in session.scalars(select(BillingCycle).where(BillingCycle.contract_id == ours.id))
    }
    seen = set()
    for cycle in cycles.walk(story.world, story.shop_domain, row):
        if _instant(cycle["start_at"]) > story.world.now() + timedelta(days=99):
            break
        seen.add(cycle["index"])
        if cycle["index"] in mirrored:
            found += _cycle(f"{ours.shopify_gid} cycle {cycle['index']}", cycle, mirrored[cycle["index"]])
        elif _instant(cycle["end_at"]) > story.world.now():
            found.append(f"{ours.shopify_gid} cycle {cycle['index']} is missing")
    horizon = story.world.now() + timedelta(days=99)
    return found + [
        f"{ours.shopify_gid} cycle {index} does not exist"
        for index, cycle in mirrored.items()
        if index not in seen and cycle.start_at <= horizon
    ]


def _cycle(name: str, cycle: dict[str, Any], ours: BillingCycle) -> list[str]:
    expected = {
        "start_at": _instant(cycle["start_at"]),
        "end_at": _instant(cycle["end_at"]),
        "expected_at": _instant(cycle["expected_at"]),
        "skipped": cycle["skipped"],
        "edited": cycle["edited"],
        "status": "BILLED" if cycle["billed"] else "UNBILLED",
    }
    return _compare(name, expected, {key: getattr(ours, key) for key in expected})


def _strangers(story: Story, session: Session) -> list[str]:
    known = {_gid("SubscriptionContract", row["id"]) for row in story.world.of("contracts", story.shop_domain)}
    shop_id = story.shop.id
    rows = session.scalars(select(Contract.shopify_gid).where(Contract.shop_id == shop_id))
    return [f"{gid} does not exist" for gid in rows if gid not in known]


def _customers(story: Story, session: Session) -> list[str]:
    found = []
    contracts = story.world.of("contracts", story.shop_domain).all()
    for key in {row["customer_id"] for row in contracts}:
        row, gid = story.world.of("customers", story.shop_domain)[key], _gid("Customer", key)
        ours = session.scalars(select(Shopper).where(Shopper.shopify_gid == gid)).one_or_none()
        expected = {name: row[name] for name in ("email", "phone", "first_name", "last_name", "locale")}
        found += _compare(gid, expected, {name: getattr(ours, name, "missing") for name in expected})
    for key in {row["payment_method_id"] for row in contracts}:
        found += _payment_method(session, story.world.of("payment_methods", story.shop_domain)[key])
    return found


def _payment_method(session: Session, row: dict[str, Any]) -> list[str]:
    gid = _gid("CustomerPaymentMethod", row["id"])
    ours = session.scalars(select(PaymentMethod).where(PaymentMethod.shopify_gid == gid)).one_or_none()
    year, month = row["expiry_year"], row["expiry_month"]
    expected = {
        "customer_gid": _gid("Customer", row["customer_id"]),
        "last_digits": row["last_digits"],
        "expires_on": date(year, month, calendar.monthrange(year, month)[1]),
        "revoked_at": _instant(row["revoked_at"]),
        "revoked_reason": row["revoked_reason"],
    }
    return _compare(gid, expected, {name: getattr(ours, name, "missing") for name in expected})


def _orders(story: Story, session: Session) -> list[str]:
    found = []
    for row in story.world.of("orders", story.shop_domain):
        if not row["contract_id"]:
            continue
        gid = _gid("Order", row["id"])
        ours = session.scalars(select(Order).where(Order.shopify_gid == gid)).one_or_none()
        if ours is None:
            found.append(f"{gid} is missing")
            continue
        expected = {
            "name": row["name"],
            "total": Decimal(row["total"]),
            "currency": row["currency"],
            "financial_status": row["financial_status"],
            "fulfillment_status": row["fulfillment_status"],
            "cancelled_at": _instant(row["cancelled_at"]),
            "shopify_updated_at": _instant(row["updated_at"]),
            "contracts": [_gid("SubscriptionContract", row["contract_id"])],
        }
        links = session.scalars(select(OrderContract.contract_gid).where(OrderContract.order_id == ours.id))
        actual = {name: getattr(ours, name) for name in expected if name != "contracts"}
        found += _compare(gid, expected, actual | {"contracts": list(links)})
    return found


def _compare(name: str, expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {key} is {actual[key]!r}, the world says {value!r}"
        for key, value in expected.items()
        if actual[key] != value
    ]


def _gid(kind: str, key: object) -> str:
    return f"gid://shopify/{kind}/{key}"


def _instant(text: str | None) -> datetime | None:
    """Shopify's DateTime has whole seconds."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0) if text else None
