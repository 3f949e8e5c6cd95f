"""Each gate by itself: pure, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopify_app.billing.gates import Due, Effect, judge
from shopify_app.gateways.shopify.attempts import AttemptSnapshot, CycleSnapshot

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
DUE = Due(
    shop_id=1,
    cycle_id=1,
    contract_id=1,
    contract_gid="gid://shopify/SubscriptionContract/1",
    cycle_index=4,
    due_at=NOW,
    expected_at=NOW,
    catch_up=timedelta(days=7),
)
SEEN = CycleSnapshot("ACTIVE", 4, "UNBILLED", False, NOW)


def _attempt(state: str, key: str = "somebody-else") -> AttemptSnapshot:
    return AttemptSnapshot("gid://shopify/SubscriptionBillingAttempt/9", key, state)


def test_a_late_cycle_names_the_day_of_the_shop() -> None:
    refusal = judge(replace(DUE, zone=ZoneInfo("Pacific/Auckland")), SEEN, NOW + timedelta(days=8))
    assert refusal and refusal.effect is Effect.PARKED
    assert refusal.words == "Due on Wed, Dec 2, 2026, which is more than 7 days ago: a person decides."


def test_a_plain_due_cycle_passes_every_gate() -> None:
    assert judge(DUE, SEEN, NOW) is None


@pytest.mark.parametrize(
    ("seen", "code", "effect"),
    [
        (replace(SEEN, status="BILLED"), "billed", Effect.BILLED),
        (replace(SEEN, attempts=(_attempt("success"),)), "billed", Effect.BILLED),
        (replace(SEEN, contract_status="PAUSED"), "contract_paused", Effect.WAIT),
        (replace(SEEN, contract_status="CANCELLED"), "contract_cancelled", Effect.WAIT),
        (replace(SEEN, contract_status=None), "contract_gone", Effect.WAIT),
        (CycleSnapshot("ACTIVE", 4), "cycle_gone", Effect.WAIT),
        (replace(SEEN, skipped=True), "skipped", Effect.SKIPPED),
        (replace(SEEN, attempts=(_attempt("pending"),)), "in_flight", Effect.WAIT),
        (replace(SEEN, attempts=(_attempt("challenged"),)), "in_flight", Effect.WAIT),
        (replace(SEEN, expected_at=NOW + timedelta(days=3)), "moved", Effect.MOVED),
    ],
)
def test_what_shopify_says_stops_a_charge(seen: CycleSnapshot, code: str, effect: Effect) -> None:
    refusal = judge(DUE, seen, NOW)
    assert refusal is not None
    assert (refusal.code, refusal.effect) == (code, effect)
    assert refusal.words.endswith(".")


def test_a_failed_attempt_of_before_is_no_obstacle() -> None:
    assert judge(DUE, replace(SEEN, attempts=(_attempt("failed"),)), NOW) is None


def test_never_more_than_a_day_early() -> None:
    expected = NOW + timedelta(hours=24)
    due, seen = replace(DUE, expected_at=expected), replace(SEEN, expected_at=expected)
    assert judge(due, seen, NOW) is None
    refusal = judge(due, seen, NOW - timedelta(seconds=1))
    assert refusal is not None
    assert (refusal.code, refusal.wait) == ("too_early", timedelta(seconds=1))


def test_a_cycle_older_than_the_merchant_allows_waits_for_a_person() -> None:
    assert judge(DUE, SEEN, NOW + timedelta(days=7)) is None
    refusal = judge(DUE, SEEN, NOW + timedelta(days=7, seconds=1))
    assert refusal is not None
    assert refusal.effect is Effect.PARKED
    assert "7 days" in refusal.words
