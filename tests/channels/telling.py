"""Verbs of the channel's tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import deliver
from shopify_app.journal.models import Delivery
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.shoppers.models import Shopper
from tests.billing.till import Till


def tell(till: Till, key: str = "processed:1:1", kind: str = "order.processed", **columns: Any) -> None:
    """Record a fact of the till's contract."""
    contract = till.contract()
    values = {
        "occurred_at": till.now,
        "contract_gid": contract.shopify_gid,
        "customer_gid": contract.customer_gid,
        "cycle_index": till.first_cycle().cycle_index,
        "data": {"order_name": "#1007", "order_gid": "gid://shopify/Order/7", "amount": "0.00", "currency": "USD"},
    }
    with till.ctx.db.session() as session:
        record(session, till.shop_id, key=key, kind=kind, **(values | columns))


def send(till: Till) -> int:
    return deliver.drain(till.ctx)


def waiting(till: Till) -> int:
    with till.ctx.db.session() as session:
        return deliver.waiting(session, till.now, machine_now())


def accepted(till: Till) -> list[dict[str, Any]]:
    return [row["event"] for row in till.klaviyo().of("accepted", seed.ROSEBUD).all()]


def stored(till: Till) -> list[dict[str, Any]]:
    klaviyo = till.klaviyo()
    klaviyo.advance()
    return klaviyo.stored(seed.ROSEBUD)


def fail(till: Till, **fault: Any) -> None:
    till.klaviyo().set(faults=[{"operation": "create_event", **fault}] if fault else [])


def skip_waits(till: Till) -> None:
    """Machine time passes: whatever waits may be tried again."""
    with till.ctx.db.session() as session:
        session.execute(update(Delivery).values(next_try_at=machine_now() - timedelta(seconds=1)))


def shopper(till: Till, **columns: Any) -> None:
    """Change what is known of the contract's customer."""
    with till.ctx.db.session() as session:
        session.execute(update(Shopper).values(**columns))


def the_delivery(till: Till) -> Delivery:
    with till.ctx.db.session() as session:
        return session.scalars(select(Delivery)).one()
