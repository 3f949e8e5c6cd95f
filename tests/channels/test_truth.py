"""What is no longer true when its turn comes is dropped with the reason; what is true is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.truth import no_longer_true
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Database
from tests.web import rows
from tests.web.rows import NOW

SOON = NOW + timedelta(days=4)
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def database(module_postgres_url: str) -> Iterator[Database]:
    database = Database(module_postgres_url)
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session
        session.rollback()


@pytest.fixture
def contract(session: Session) -> Contract:
    return rows.contract(session, rows.shop(session).id, 9)


@pytest.fixture
def cycle(session: Session, contract: Contract) -> BillingCycle:
    return rows.cycle(session, contract, 4, SOON)


def side(**values: Any) -> dict[str, Any]:
    return {"due_at": SOON.isoformat(), "skipped": False, "amount": "23.00", "items": []} | values


def changed(session: Session, contract: Contract, key: str = "a", **after: Any) -> Fact:
    after = side(**after)
    return rows.fact(session, contract, "order.changed", key=key, cycle_index=4, before=side(), after=after)


def failed(session: Session, contract: Contract, decline: str = "soft") -> Fact:
    return rows.fact(session, contract, "payment.failed", cycle_index=4, data={"class": decline})


def test_a_change_is_told_while_the_order_lies_ahead(
    session: Session, contract: Contract, cycle: BillingCycle
) -> None:
    fact = changed(session, contract)
    assert no_longer_true(session, fact, NOW) is None
    assert no_longer_true(session, fact, SOON) == "the charge was due already"
    cycle.attempted_at = NOW
    assert no_longer_true(session, fact, NOW) == "the charge had started"


def test_only_the_last_of_several_changes_is_told(session: Session, contract: Contract, cycle: BillingCycle) -> None:
    first, last = changed(session, contract, "a"), changed(session, contract, "b")
    assert no_longer_true(session, first, NOW) == "it was changed once more, and that is told instead"
    assert no_longer_true(session, last, NOW) is None


def test_a_change_to_a_day_that_is_no_longer_the_day(
    session: Session, contract: Contract, cycle: BillingCycle
) -> None:
    fact = changed(session, contract)
    cycle.due_at = SOON + WEEK
    assert no_longer_true(session, fact, NOW) == "the charge was moved"


def test_a_skip_is_told_while_it_lasts(session: Session, contract: Contract, cycle: BillingCycle) -> None:
    fact = changed(session, contract, skipped=True, due_at=None)
    cycle.skipped, cycle.due_at = True, None
    assert no_longer_true(session, fact, NOW) is None
    contract.status = "CANCELLED"
    assert no_longer_true(session, fact, NOW) == "the contract is cancelled"
    contract.status, cycle.skipped = "ACTIVE", False
    assert no_longer_true(session, fact, NOW) == "the cycle is no longer skipped"


def test_a_delivery_is_announced_until_the_day_it_ships_whatever_the_contract(
    session: Session, contract: Contract, cycle: BillingCycle
) -> None:
    data = {"ships_at": SOON.isoformat()}
    fact = rows.fact(session, contract, "delivery.upcoming", cycle_index=4, data=data)
    contract.status, cycle.status = "CANCELLED", "BILLED"
    assert no_longer_true(session, fact, SOON + timedelta(hours=2)) is None
    assert no_longer_true(session, fact, SOON + timedelta(days=1)) == "the delivery was due already"


@pytest.mark.parametrize(
    ("of", "column", "value", "reason"),
    [
        ("cycle", "status", "BILLED", "the charge was paid since"),
        ("cycle", "skipped", True, "the cycle is skipped"),
        ("contract", "status", "CANCELLED", "the contract is cancelled"),
        ("contract", "status", "FAILED", None),
    ],
)
def test_a_failure_is_told_until_it_is_made_good(
    session: Session, contract: Contract, cycle: BillingCycle, of: str, column: str, value: object, reason: str | None
) -> None:
    fact = failed(session, contract)
    assert no_longer_true(session, fact, NOW) is None
    setattr({"cycle": cycle, "contract": contract}[of], column, value)
    assert no_longer_true(session, fact, NOW) == reason


def test_a_failure_that_says_it_was_paid_is_no_failure(
    session: Session, contract: Contract, cycle: BillingCycle
) -> None:
    assert no_longer_true(session, failed(session, contract, "already_paid"), NOW)


def test_what_has_happened_stays_true(session: Session, contract: Contract) -> None:
    contract.status = "CANCELLED"
    for kind in ("subscription.started", "subscription.paused", "order.processed"):
        assert no_longer_true(session, rows.fact(session, contract, kind), NOW + WEEK) is None


def test_a_card_is_said_to_expire_while_it_does_and_a_charge_comes_later(session: Session) -> None:
    shop_id = rows.shop(session).id
    card = rows.card(session, shop_id, 1, date(2026, 12, 31))
    contract = rows.contract(session, shop_id, 9, payment_method_gid=card.shopify_gid)
    cycle = rows.cycle(session, contract, 4, NOW + timedelta(days=34))
    data = {"method_gid": card.shopify_gid, "expires_on": "2026-12-31"}
    fact = rows.fact(session, contract, "payment_method.expiring", data=data)
    assert no_longer_true(session, fact, NOW) is None
    assert no_longer_true(session, fact, NOW + timedelta(days=31)) == "the card has expired"
    cycle.due_at = SOON
    session.flush()
    assert no_longer_true(session, fact, NOW) == "no charge comes after the card expires"
    card.expires_on = date(2030, 12, 31)
    assert no_longer_true(session, fact, NOW) == "the card was renewed"
    card.revoked_at = NOW
    assert no_longer_true(session, fact, NOW) == "the payment method was removed"


def test_a_method_is_said_to_be_removed_until_another_pays(session: Session) -> None:
    shop_id = rows.shop(session).id
    gone, other = rows.card(session, shop_id, 1, revoked_at=NOW), rows.card(session, shop_id, 2)
    contract = rows.contract(session, shop_id, 9, payment_method_gid=gone.shopify_gid)
    fact = rows.fact(session, contract, "payment_method.removed", data={"method_gid": gone.shopify_gid})
    assert no_longer_true(session, fact, NOW) is None
    contract.payment_method_gid = None
    assert no_longer_true(session, fact, NOW) is None
    contract.payment_method_gid = other.shopify_gid
    assert no_longer_true(session, fact, NOW) == "another payment method was chosen since"


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, None),
        ({"state": "chosen", "choice": "skip"}, "the shopper chose already"),
        ({"state": "applied", "done": "delay"}, "it was decided already"),
        ({"state": "closed", "ended_at": NOW}, "nothing is missing any more, or the order is gone"),
        ({"state": "applied", "done": "sell", "ended_at": NOW}, None),
    ],
)
def test_a_missing_item_is_told_until_something_is_decided(
    session: Session, contract: Contract, cycle: BillingCycle, columns: dict[str, Any], reason: str | None
) -> None:
    decision = rows.decision(session, contract, 4, SOON, **columns)
    fact = rows.fact(session, contract, "stock.out", cycle_index=4, data={"decision": decision.id})
    assert no_longer_true(session, fact, NOW) == reason
    cycle.attempted_at = NOW
    assert no_longer_true(session, fact, NOW) == (reason or "the charge had started")
    gone = rows.fact(session, contract, "stock.out", key="b", cycle_index=4, data={"decision": decision.id + 1})
    assert no_longer_true(session, gone, NOW) == "the decision is gone"


def test_what_was_done_about_a_missing_item_is_told_once_and_while_it_lasts(
    session: Session, contract: Contract, cycle: BillingCycle
) -> None:
    decision = rows.decision(session, contract, 4, SOON, state="applied", done="delay")
    about = {"cycle_index": 4, "data": {"decision": decision.id}}
    delayed = rows.fact(session, contract, "stock.delayed", **about)
    moved = {"before": side(), "after": side(due_at=SOON.isoformat()) | {"expected_at": SOON.isoformat()}}
    by_policy = [rows.fact(session, contract, kind, cycle_index=4, actor="policy", **moved)
                 for kind in ("order.moved", "order.changed")]  # fmt: skip
    assert no_longer_true(session, delayed, NOW) is None
    for fact in by_policy:
        assert no_longer_true(session, fact, NOW) == "it is told as what was done about a missing item"
    decision.state = "released"
    session.flush()
    assert no_longer_true(session, delayed, NOW) == "the order waits no longer"
    back = rows.fact(session, contract, "stock.back", **about)
    assert no_longer_true(session, back, NOW) is None
    cycle.skipped = True
    assert no_longer_true(session, back, NOW) == "the cycle is skipped"
    skip = {"before": side(), "after": side(skipped=True, due_at=None), "data": {"changes": ["skipped"]}}
    told = rows.fact(session, contract, "order.changed", key="s", cycle_index=4, actor="policy", **skip)
    assert no_longer_true(session, told, NOW) is None, "no other fact tells it"
