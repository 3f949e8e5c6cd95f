"""A worker dies at every line that matters; after a restart the ledger shows one charge, never none and never two."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta

import pytest

from shopify_app.kit import crashpoints
from shopify_app.kit.crashpoints import Killed
from shopify_app.kit.db import Database
from tests.billing.till import Till

CHARGING = [
    "billing.after_claim",
    "billing.after_gates_before_commit",
    "billing.after_commit_before_call",
    "billing.after_call_before_record",
    "billing.after_record",
]
LOOKING = ["billing.settling_before_commit", "billing.after_settled"]


def test_every_point_of_billing_is_in_this_table() -> None:
    assert [point for point in crashpoints.POINTS if point.startswith("billing.")] == CHARGING + LOOKING


@pytest.mark.parametrize("point", CHARGING)
def test_a_worker_that_dies_while_charging_leaves_one_charge(till: Till, point: str) -> None:
    with crashpoints.armed(point), pytest.raises(Killed):
        till.charge()
    till.expire_leases()
    till.live_until_quiet()
    _charged_once(till)


@pytest.mark.parametrize("point", LOOKING)
def test_a_worker_that_dies_while_settling_leaves_one_charge(till: Till, point: str) -> None:
    till.charge()
    till.sandbox.settle()
    till.wait(timedelta(minutes=6))
    with crashpoints.armed(point), pytest.raises(Killed):
        till.look()
    till.expire_leases()
    till.live_until_quiet()
    _charged_once(till)


@pytest.mark.parametrize("first", ["billing.after_commit_before_call", "billing.after_call_before_record"])
def test_dying_twice_in_a_row_still_leaves_one_charge(till: Till, first: str) -> None:
    with crashpoints.armed(first), pytest.raises(Killed):
        till.charge()
    for _ in range(2):
        till.expire_leases()
        till.wait(timedelta(minutes=11))
        with crashpoints.armed("billing.after_call_before_record"):
            try:
                till.look()
            except Killed:
                continue
    till.expire_leases()
    till.live_until_quiet()
    _charged_once(till)


@pytest.mark.parametrize("point", ["billing.after_commit_before_call", "billing.after_call_before_record"])
def test_a_process_killed_without_mercy_leaves_one_charge(till: Till, point: str) -> None:
    """Not an exception: the process is gone, with its connections, at that line."""
    child = multiprocessing.get_context("fork").Process(target=_charge_and_die, args=(till, point))
    child.start()
    child.join(timeout=30)
    assert child.exitcode == 137
    till.expire_leases()
    till.live_until_quiet()
    _charged_once(till)


def test_nothing_is_sent_before_its_intent_is_committed(till: Till) -> None:
    with crashpoints.armed("billing.after_gates_before_commit"), pytest.raises(Killed):
        till.charge()
    assert till.attempts() == []
    assert till.calls("AttemptCreate") == 0


def test_what_may_have_been_sent_is_looked_up_before_it_is_sent_again(till: Till) -> None:
    with crashpoints.armed("billing.after_commit_before_call"), pytest.raises(Killed):
        till.charge()
    till.expire_leases()
    till.look()
    assert till.the_attempt().state == "unknown"
    till.wait(timedelta(minutes=9))
    till.look()
    assert till.calls("AttemptCreate") == 0
    till.wait(timedelta(minutes=2))
    till.look()
    assert till.calls("AttemptCreate") == 1


def _charge_and_die(till: Till, point: str) -> None:
    # the parent's connections are the parent's: a forked child brings its own
    url = till.ctx.db.engine.url.render_as_string(hide_password=False)
    object.__setattr__(till.ctx, "db", Database(url))
    with crashpoints.armed(point, crashpoints.die):
        till.charge()


def _charged_once(till: Till) -> None:
    (payment,) = till.ledger()
    settled = [attempt for attempt in till.attempts() if attempt.state == "settled"]
    assert [attempt.idempotency_key for attempt in settled] == [payment["key"]]
    assert len(till.facts("order.processed")) == 1
    assert till.sandbox.world.ledger.verdict(till.now)["violations"] == 0
    assert till.first_cycle().status == "BILLED"
