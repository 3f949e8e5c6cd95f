"""The drain: one reading for many messages, poison that blocks nobody, workers that die."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shopify_app import topics
from shopify_app.gateways.shopify.errors import Throttled, TokenRefused, Unreachable
from shopify_app.inbox import process, prune
from shopify_app.inbox.models import InboxMessage
from shopify_app.inbox.receive import Arrival, receive
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crypto import SecretUnreadable
from shopify_app.kit.handling import IGNORED, STALE
from shopify_app.shops.models import UNINSTALLED, Shop
from tests.inbox.conftest import Box

TOPIC = "subscription_contracts/update"


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put handlers of our own under a topic."""

    def put(fetch: Callable[..., Any], apply: Callable[..., Any] = lambda *a: None, topic: str = TOPIC) -> None:
        monkeypatch.setitem(topics.HANDLERS, topic, (topics.Handler(fetch, apply),))

    return put


def send(box: Box, *contracts: int, topic: str = TOPIC, **payload: Any) -> None:
    with box.ctx.db.session() as session:
        for number in contracts:
            key = f"w-{time.monotonic_ns()}"
            receive(session, box.shop.id, Arrival(key, topic, {"id": number, **payload}), machine_now())


def outcomes(box: Box) -> list[str | None]:
    with box.ctx.db.session() as session:
        return list(session.scalars(select(InboxMessage.outcome).order_by(InboxMessage.id)))


def make_due(box: Box) -> None:
    """Let back-off time pass."""
    with box.ctx.db.session() as session:
        session.execute(update(InboxMessage).values(next_try_at=machine_now() - timedelta(seconds=1)))


def waiting(box: Box) -> int:
    with box.ctx.db.session() as session:
        return process.waiting(session, box.ctx.clock.now(), machine_now())


def test_five_messages_of_one_contract_cause_one_reading(box: Box, handle: Callable[..., None]) -> None:
    asked: list[int] = []
    handle(lambda ctx, shop, message: asked.append(message.payload["id"]))
    send(box, 1, 1, 2, 1, 1, 1)
    assert waiting(box) == 6
    assert process.drain(box.ctx) == 6
    assert sorted(asked) == [1, 2]
    assert outcomes(box) == ["superseded"] * 2 + ["handled"] + ["superseded"] * 2 + ["handled"]
    assert waiting(box) == 0


def test_the_network_is_asked_outside_any_transaction(box: Box, handle: Callable[..., None]) -> None:
    def fetch(ctx: Any, shop: Shop, message: Any) -> None:
        with ctx.db.session() as session:
            query = (
                "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%%'"
            )
            seen.append(session.connection().exec_driver_sql(query).scalar())

    seen: list[Any] = []
    handle(fetch)
    send(box, 1)
    process.drain(box.ctx)
    assert seen == [0]


def test_a_closed_message_keeps_no_payload(box: Box, handle: Callable[..., None]) -> None:
    handle(lambda *a: None, lambda *a: IGNORED)
    send(box, 1, email="alex@rosebud-shopper.net")
    process.drain(box.ctx)
    with box.ctx.db.session() as session:
        (message,) = session.scalars(select(InboxMessage))
    assert (message.outcome, message.payload) == ("ignored", {})


def test_poison_is_parked_after_eight_tries_and_blocks_nobody(box: Box, handle: Callable[..., None]) -> None:
    def fetch(ctx: Any, shop: Shop, message: Any) -> None:
        tried.append(message.payload["id"])
        if message.payload["id"] == 1:
            raise ValueError("poison for alex@rosebud-shopper.net")

    tried: list[int] = []
    handle(fetch)
    send(box, 1)
    send(box, 2)
    for _ in range(10):
        process.drain(box.ctx)
        make_due(box)
    assert tried.count(1) == 8 and tried.count(2) == 1
    with box.ctx.db.session() as session:
        poison = session.scalars(select(InboxMessage).order_by(InboxMessage.id)).first()
    assert poison.outcome == "parked"
    assert poison.payload == {"id": 1}
    assert poison.last_error == "ValueError: poison for [mail]"


@pytest.mark.parametrize(
    "error",
    [Throttled("no points", 3.0), Unreachable("no answer"), TokenRefused("401"), SecretUnreadable("no key fits")],
)
def test_an_outage_is_not_the_messages_fault(box: Box, handle: Callable[..., None], error: Exception) -> None:
    def fetch(ctx: Any, shop: Shop, message: Any) -> None:
        nonlocal tries
        tries += 1
        if tries <= 12:
            raise error

    tries = 0
    handle(fetch)
    send(box, 1)
    for _ in range(12):
        process.drain(box.ctx)
        assert waiting(box) == 0, "it waits before it is tried again"
        make_due(box)
    assert outcomes(box) == [None]
    process.drain(box.ctx)
    assert outcomes(box) == ["handled"]


def test_after_a_day_of_outage_a_person_must_look(box: Box, handle: Callable[..., None]) -> None:
    def fetch(ctx: Any, shop: Shop, message: Any) -> None:
        raise Unreachable("no answer")

    handle(fetch)
    send(box, 1)
    with box.ctx.db.session() as session:
        session.execute(update(InboxMessage).values(received_at=machine_now() - timedelta(hours=25)))
    process.drain(box.ctx)
    assert outcomes(box) == ["parked"]


def test_a_stale_reading_is_read_again(box: Box, handle: Callable[..., None]) -> None:
    answers = [STALE, None]
    handle(lambda *a: None, lambda *a: answers.pop(0))
    send(box, 1)
    process.drain(box.ctx)
    assert outcomes(box) == [None]
    make_due(box)
    process.drain(box.ctx)
    assert outcomes(box) == ["handled"]


def test_what_a_dead_worker_held_is_taken_up_when_its_lease_ends(box: Box, handle: Callable[..., None]) -> None:
    class Killed(BaseException):
        pass

    def fetch(ctx: Any, shop: Shop, message: Any) -> None:
        if message.tries == 1:
            raise Killed

    handle(fetch)
    send(box, 1)
    with pytest.raises(Killed):
        process.drain(box.ctx)
    assert process.drain(box.ctx) == 0, "the lease is still running"
    with box.ctx.db.session() as session:
        session.execute(update(InboxMessage).values(lease_until=machine_now() - timedelta(seconds=1)))
    assert process.drain(box.ctx) == 1
    assert outcomes(box) == ["handled"]


def test_a_message_that_kills_its_workers_is_parked(box: Box, handle: Callable[..., None]) -> None:
    handle(lambda *a: None)
    send(box, 1)
    with box.ctx.db.session() as session:
        session.execute(update(InboxMessage).values(tries=8))
    process.drain(box.ctx)
    assert outcomes(box) == ["parked"]


def test_a_worker_that_outslept_its_lease_writes_nothing(box: Box, handle: Callable[..., None]) -> None:
    def fetch(ctx: Any, shop: Shop, message: Any) -> None:
        if message.tries == 1:
            with ctx.db.session() as session:  # as if another worker had taken the message meanwhile
                session.execute(update(InboxMessage).values(tries=2))

    written: list[int] = []
    handle(fetch, lambda *a: written.append(1))
    send(box, 1)
    process.drain(box.ctx)
    assert written == []


def test_workers_side_by_side_handle_each_subject_once_at_a_time(box: Box, handle: Callable[..., None]) -> None:
    busy: set[int] = set()
    clashes: list[int] = []
    done: list[int] = []

    def fetch(ctx: Any, shop: Shop, message: Any) -> None:
        number = message.payload["id"]
        if number in busy:
            clashes.append(number)
        busy.add(number)
        time.sleep(0.01)
        busy.discard(number)
        done.append(number)

    handle(fetch)
    for _ in range(3):
        send(box, *range(12))
    workers = [threading.Thread(target=process.drain, args=(box.ctx,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    process.drain(box.ctx)
    assert clashes == []
    assert sorted(set(done)) == list(range(12))
    assert None not in outcomes(box)


def test_a_shop_that_left_is_left_alone(box: Box, handle: Callable[..., None]) -> None:
    asked: list[str] = []
    for topic in (TOPIC, "shop/redact"):
        handle(lambda ctx, shop, message: asked.append(message.topic), topic=topic)
        send(box, 1, topic=topic)
    with box.ctx.db.session() as session:
        session.execute(update(Shop).values(status=UNINSTALLED))
    process.drain(box.ctx)
    assert asked == ["shop/redact"]
    assert outcomes(box) == ["ignored", "handled"]


def test_old_messages_are_pruned_waiting_ones_never(box: Box, handle: Callable[..., None]) -> None:
    handle(lambda *a: None)
    send(box, 1)
    process.drain(box.ctx)
    send(box, 2)
    old = machine_now() - timedelta(days=31)
    with box.ctx.db.session() as session:
        session.execute(update(InboxMessage).where(InboxMessage.handled_at.is_not(None)).values(handled_at=old))
        session.execute(update(InboxMessage).values(received_at=old))
    assert prune.run(box.ctx) == 1
    assert outcomes(box) == [None]
