"""What is written down of a paid order as it was read: its state, facts for the history, tasks for a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.gateways.shopify.order_edits import CANCELLED, CLOSED, OrderToShip
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.orders.alignment.matters import about, difference
from shopify_app.orders.alignment.models import DONE, EDITED, HELD, TASK, OrderAlignment
from shopify_app.orders.alignment.wishes import NewDay, NewQuantities, Why, Wish
from shopify_app.tasks import book


def note(
    session: Session, row: OrderAlignment, wish: Wish | None, seen: OrderToShip | None, is_held: bool, now: datetime
) -> None:
    """Write down how far a row is, and tell it once. `is_held`: a hold of ours lies on the order."""
    if seen is not None and is_held and row.held_at is None:
        row.held_at, row.state = now, HELD
        _tell(session, row, "order.held", now, _shipment(seen, now) | {"why": row.kind})
    if wish is None or seen is None or not wish.is_true(seen):
        return
    if row.edit_sent_at is not None and row.edited_at is None:
        row.edited_at, row.state = now, EDITED
        about = _shipment(seen, now, wish)
        _tell(session, row, wish.done_kind, now, about, before=row.before, after=picture(row, wish, seen))
    if isinstance(wish, NewQuantities) and seen.total != seen.paid and row.edit_sent_at is not None:
        book.begin(session, row.shop_id, difference(row, seen), now)


def finish(
    session: Session,
    row: OrderAlignment,
    seen: OrderToShip | None,
    why: Why | None,
    now: datetime,
    *,
    is_task: bool,
) -> None:
    """Write down that a row is over, and whether a person has to do the rest; its wish is forgotten with it.

    `seen` is the order without a hold of ours, None when that could not be read.
    """
    if row.held_at is not None and seen is not None:
        _tell(session, row, "order.released", now, _shipment(seen, now))
    row.state, row.reason = TASK if is_task else DONE, why
    row.finished_at, row.lease_until = now, None
    if is_task and why is not None:
        call(session, row, why, now)
    row.wish = None


def call(session: Session, row: OrderAlignment, why: Why, now: datetime) -> None:
    """Write down a task for a person, once for each row and reason."""
    book.begin(session, row.shop_id, about(row, why), now)


def picture(row: OrderAlignment, wish: Wish | None, seen: OrderToShip | None) -> Json | None:
    """Return what a fact says of the order: nothing about where somebody lives."""
    if seen is None:
        return None
    if isinstance(wish, NewQuantities):
        return {
            "items": [
                {"variant_gid": line.variant_gid, "title": line.title, "variant_title": line.variant_title,
                 "sku": line.sku, "quantity": line.quantity}
                for line in seen.lines
                if line.quantity
            ]
        }  # fmt: skip
    if isinstance(wish, NewDay):
        at = next((each.fulfill_at for each in seen.shipments if each.gid == wish.shipment), None)
        return {"ships_at": at.isoformat() if at else None}
    return None


def _shipment(seen: OrderToShip, now: datetime, wish: Wish | None = None) -> Json:
    """Return for whoever packs when the order ships at the earliest, and which delivery of it is meant, if just one.

    What is open ships at once, also when it should have before.
    """
    to_come = (each.fulfill_at or now for each in seen.shipments if each.status not in (CLOSED, CANCELLED))
    told: Json = {"ships_at": max(min(to_come, default=now), now).isoformat()}
    return told | {"fulfillment_order_gid": wish.shipment} if isinstance(wish, NewDay) else told


def _tell(
    session: Session,
    row: OrderAlignment,
    kind: str,
    now: datetime,
    data: Json,
    *,
    before: Json | None = None,
    after: Json | None = None,
) -> None:
    record(
        session,
        row.shop_id,
        key=f"{kind}:aligned:{row.id}",
        kind=kind,
        occurred_at=now,
        contract_gid=row.contract_gid,
        customer_gid=row.customer_gid,
        actor=row.actor,
        before=before,
        after=after,
        data={"order_gid": row.order_gid, "order_name": row.order_name} | data,
    )
