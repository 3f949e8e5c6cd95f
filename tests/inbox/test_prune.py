"""What the inbox forgets, and what it keeps for whoever looks into an error."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from shopify_app.inbox import prune
from shopify_app.inbox.models import HANDLED, PARKED, InboxMessage
from shopify_app.kit.clock import machine_now
from shopify_app.privacy.models import CUSTOMER_REDACT, PrivacyRequest
from tests.inbox.conftest import Box


def test_a_parked_message_forgets_a_redacted_customer_and_keeps_the_others(box: Box) -> None:
    about_ann = keep(box, "ann", PARKED, {"customer": {"id": 77, "email": "ann@rosebud-shopper.net"}})
    about_bo = keep(box, "bo", PARKED, {"customer": {"id": 88, "email": "bo@rosebud-shopper.net"}})
    with box.ctx.db.session() as session:
        gid = "gid://shopify/Customer/77"
        session.add(
            PrivacyRequest(shop_id=box.shop.id, kind=CUSTOMER_REDACT, customer_gid=gid, received_at=machine_now())
        )
    prune.run(box.ctx)
    assert payload_of(box, about_ann) == {}
    assert payload_of(box, about_bo) == {"customer": {"id": 88, "email": "bo@rosebud-shopper.net"}}


def test_a_closed_message_goes_after_thirty_days(box: Box) -> None:
    old = keep(box, "old", HANDLED, {}, age=timedelta(days=31))
    young = keep(box, "young", HANDLED, {}, age=timedelta(days=29))
    assert prune.run(box.ctx) == 1
    with box.ctx.db.session() as session:
        left = set(session.scalars(select(InboxMessage.id)))
    assert young in left and old not in left


def keep(box: Box, name: str, outcome: str, payload: dict, age: timedelta = timedelta(0)) -> int:
    then = machine_now() - age
    with box.ctx.db.session() as session:
        row = InboxMessage(
            shop_id=box.shop.id,
            webhook_id=name,
            topic="orders/create",
            subject=f"order:{name}",
            payload=payload,
            received_at=then,
            next_try_at=then,
            handled_at=then,
            outcome=outcome,
        )
        session.add(row)
        session.flush()
        return row.id


def payload_of(box: Box, message_id: int) -> dict:
    with box.ctx.db.session() as session:
        return session.get_one(InboxMessage, message_id).payload
