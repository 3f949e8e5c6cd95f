"""The few rows that the journal's tests begin with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shopify_app.journal.models import Delivery, Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)


def shop(session: Session, domain: str = "rosebud-coffee.myshopify.com") -> Shop:
    row = Shop(domain=domain, host="http://127.0.0.1:9", installed_at=NOW - timedelta(days=60))
    session.add(row)
    session.flush()
    return row


def fact(session: Session, shop_id: int, key: str, customer_gid: str | None = None, **columns: Any) -> Fact:
    values = {"kind": "order.processed", "occurred_at": NOW, "contract_gid": "gid://shopify/SubscriptionContract/77"}
    row = Fact(shop_id=shop_id, key=key, customer_gid=customer_gid, data={}, **(values | columns))
    session.add(row)
    session.flush()
    return row


def delivery(session: Session, of: Fact, state: str, body: dict[str, Any]) -> Delivery:
    row = Delivery(
        shop_id=of.shop_id, fact_id=of.id, channel="klaviyo", state=state, body=body, next_try_at=machine_now()
    )
    session.add(row)
    session.flush()
    return row
