"""Webhooks kept together are each kept as if they had come alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from shopify_app.inbox.intake import Intake
from shopify_app.inbox.models import InboxMessage
from shopify_app.inbox.receive import Arrival
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop
from tests.inbox.conftest import Box
from tests.support.rows import DOMAIN

TOPIC = "subscription_contracts/update"
PAYLOAD = {"id": 7, "note": "ünder", "lines": [{"price": "14.00", "ratio": 0.5}]}


def keep_together(box: Box, *arrivals: Arrival, domain: str = DOMAIN) -> list[bool | type[Exception]]:
    """Keep all by one statement: while somebody writes, they gather."""
    intake = Intake(box.ctx.db)

    def one(arrival: Arrival) -> bool | type[Exception]:
        try:
            return intake.keep(domain, arrival, machine_now())
        except SQLAlchemyError as error:
            return type(error)

    with ThreadPoolExecutor(len(arrivals)) as threads:
        with intake._writing:
            asked = [threads.submit(one, arrival) for arrival in arrivals]
            while len(intake._waiting) < len(arrivals):
                pass
        return [each.result(timeout=20) for each in asked]


def kept(box: Box) -> list[InboxMessage]:
    with box.ctx.db.session() as session:
        return list(session.scalars(select(InboxMessage).order_by(InboxMessage.webhook_id)))


@pytest.fixture
def together(caplog: pytest.LogCaptureFixture) -> Callable[[], bool]:
    caplog.set_level(logging.WARNING)
    return lambda: "kept one by one" not in caplog.text


def test_many_are_kept_by_one_statement_and_one_of_them_wakes(box: Box, together: Callable[[], bool]) -> None:
    arrivals = [Arrival(f"w-{n}", TOPIC, PAYLOAD, "e", "2026-10", machine_now()) for n in range(6)]
    assert sorted(map(str, keep_together(box, *arrivals, arrivals[0]))) == ["False"] * 6 + ["True"]
    rows = kept(box)
    assert [row.webhook_id for row in rows] == [f"w-{n}" for n in range(6)]
    assert together()
    assert (rows[5].subject, rows[5].payload, rows[5].triggered_at) == (
        "contract:7",
        PAYLOAD,
        arrivals[5].triggered_at,
    )
    assert (rows[5].event_id, rows[5].api_version, rows[5].received_at) == ("e", "2026-10", rows[5].next_try_at)


def test_a_row_that_cannot_be_kept_is_trouble_of_its_own(box: Box, together: Callable[[], bool]) -> None:
    answers = keep_together(box, Arrival("w-1", TOPIC, {}), Arrival("w-\x00", TOPIC, {}), Arrival("w-2", TOPIC, {}))
    assert [answer if isinstance(answer, bool) else "refused" for answer in answers] == [True, "refused", True]
    assert [row.webhook_id for row in kept(box)] == ["w-1", "w-2"]
    assert not together()


def test_an_unknown_shops_message_is_left_out(box: Box, together: Callable[[], bool]) -> None:
    assert keep_together(box, Arrival("w-1", TOPIC, {}), domain="nobody.myshopify.com") == [False]
    assert kept(box) == [] and together()


def test_nobody_waits_for_a_shop_that_is_being_deleted(box: Box) -> None:
    with box.ctx.db.session() as session:
        session.add(Shop(domain="tannery-tea.myshopify.com", host="h", installed_at=machine_now()))
    intake = Intake(box.ctx.db)
    with ThreadPoolExecutor(1) as threads:
        with box.ctx.db.session() as session:
            session.get_one(Shop, box.shop.id, with_for_update=True)
            waits = threads.submit(intake.keep, DOMAIN, Arrival("w-1", TOPIC, {}), machine_now())
            assert intake.keep("tannery-tea.myshopify.com", Arrival("w-2", TOPIC, {}), machine_now())
            assert not waits.done()
        assert waits.result(timeout=20)
    assert [row.webhook_id for row in kept(box)] == ["w-1", "w-2"]
