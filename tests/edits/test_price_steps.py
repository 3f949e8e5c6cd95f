"""A price for the first orders ends when it was said to: told ahead, written before the charge, and charged."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopify_app.billing import preview
from shopify_app.billing.rules import History, Paid, unusual
from shopify_app.contracts import contents
from shopify_app.contracts.cycles import total_of
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door as dates
from shopify_app.edits.change import Target as DateTarget
from shopify_app.edits.contents import Contents, picture
from shopify_app.edits.contract import price_steps
from tests.billing.till import Till
from tests.edits.desk import kinds, put_there, there
from tests.notices.conftest import tell

CHEAP, DEAR = Decimal("14.50"), Decimal("18.50")
"""With $4.50 for shipping: $10.00 for two orders, the checkout's the first of them, then the shop's $14.00."""


@pytest.fixture
def trial(till: Till) -> Till:
    steps = [
        {"type": "PRICE", "value": "10.00", "after": 0, "price": "10.00"},
        {"type": "PERCENTAGE", "value": 0.0, "after": 2, "price": "14.00"},
    ]
    line = {**there(till)["lines"][0], "price": "10.00", "pricing": {"base": "14.00", "steps": steps}}
    put_there(till, lines=[line], revision_id=there(till)["revision_id"] + 1)
    till.mirror()
    return till


def _totals(till: Till) -> list[tuple[int | None, Decimal]]:
    with till.ctx.db.session() as session:
        rows = session.query(BillingCycle).order_by(BillingCycle.cycle_index)
        return [(row.order_number, total_of(session.get_one(Contract, row.contract_id), row)) for row in rows]


def _pay_the_second(till: Till) -> None:
    till.live_until_quiet()
    till.mirror()


def _price(till: Till) -> str:
    return there(till)["lines"][0]["price"]


def test_each_order_shows_its_own_price_and_shopify_charges_it(trial: Till) -> None:
    assert _totals(trial)[:3] == [(2, CHEAP), (3, DEAR), (4, DEAR)]
    assert price_steps.drain(trial.ctx) == 0 and _price(trial) == "10.00"
    _pay_the_second(trial)
    assert [each["amount"] for each in trial.ledger()] == ["14.50"]
    assert trial.contract().next_charge_total == DEAR and _price(trial) == "10.00"
    assert price_steps.drain(trial.ctx) == 1 and _price(trial) == "14.00"
    assert trial.contract().price_step_at is None and price_steps.drain(trial.ctx) == 0
    assert kinds(trial) == ["subscription.price_step_requested", "subscription.price_changed"]
    (told,) = trial.facts("subscription.price_changed")
    old, new = (Decimal(side["lines"][0]["price"]) for side in (told.before, told.after))
    assert (told.actor, old, new, told.data) == ("perennial", Decimal(10), Decimal(14), {"currency": "USD"})
    trial.at(trial.cycles()[1].due_at)
    trial.live_until_quiet()
    assert [each["amount"] for each in trial.ledger()] == ["14.50", "18.50"]
    trial.mirror()
    assert _totals(trial)[2] == (4, DEAR) and trial.calls("DraftCommit") == 1


def test_no_order_is_charged_before_its_price_is_there(trial: Till) -> None:
    _pay_the_second(trial)
    trial.at(trial.cycles()[1].due_at)
    trial.live_until_quiet()
    assert len(trial.ledger()) == 1
    (refused,) = [each for each in trial.attempts() if each.error_code == "price_waits"]
    assert refused.state == "refused"
    (line,) = preview.lines(trial.ctx, trial.now)
    assert (line.amount, line.verdict) == (DEAR, preview.LEAVE)
    assert price_steps.drain(trial.ctx) == 1
    trial.live_until_quiet()
    assert [each["amount"] for each in trial.ledger()] == ["14.50", "18.50"]


def test_a_skipped_order_uses_up_none_of_the_cheap_ones(trial: Till) -> None:
    with trial.sandbox.world.locked():
        there(trial)["cycles"].setdefault("1", {})["skipped"] = True
    put_there(trial, revision_id=there(trial)["revision_id"] + 1)
    trial.mirror()
    assert _totals(trial)[:3] == [(2, CHEAP), (2, CHEAP), (3, DEAR)]


def test_an_order_that_is_not_paid_uses_up_none_either(trial: Till) -> None:
    trial.fault(outcomes={"*": "INSUFFICIENT_FUNDS"})
    _pay_the_second(trial)
    assert [each.state for each in trial.attempts()] == ["failed"]
    assert _totals(trial)[:3] == [(2, CHEAP), (2, CHEAP), (3, DEAR)]
    assert price_steps.drain(trial.ctx) == 0


def test_a_price_agreed_by_hand_stays(trial: Till) -> None:
    put_there(
        trial, lines=[{**there(trial)["lines"][0], "price": "9.00"}], revision_id=there(trial)["revision_id"] + 1
    )
    trial.mirror()
    assert [total for _, total in _totals(trial)[:3]] == [Decimal("13.50")] * 3


def _double(till: Till, index: int) -> None:
    """The order of a cycle alone holds its item twice."""
    with till.ctx.db.session() as session:
        row = session.query(BillingCycle).filter_by(cycle_index=index).one()
        contract = session.get_one(Contract, row.contract_id)
        seen = picture(contents.of(contract, row), contract.currency)
    change = Contents(seen, {seen["items"][0]["gid"]: 2}, [])
    target = DateTarget(till.shop_id, till.contract().shopify_gid, index, "merchant:42")
    assert dates.carry_out(till.ctx, change, target, "r1").is_done


def test_an_order_that_is_changed_alone_keeps_the_price_it_was_shown_with(trial: Till) -> None:
    _double(trial, 2)
    assert _totals(trial)[1] == (3, Decimal("32.50"))
    _pay_the_second(trial)
    assert price_steps.drain(trial.ctx) == 0  # Shopify would take none while a date is changed
    trial.at(trial.cycles()[1].due_at)
    trial.live_until_quiet()
    assert [each["amount"] for each in trial.ledger()] == ["14.50", "32.50"]
    trial.mirror()
    assert _price(trial) == "10.00" and price_steps.drain(trial.ctx) == 1 and _price(trial) == "14.00"


def test_an_order_before_one_that_is_changed_alone_gets_its_price_alone(trial: Till) -> None:
    _double(trial, 3)
    _pay_the_second(trial)
    assert price_steps.drain(trial.ctx) == 1 and _price(trial) == "10.00"
    assert trial.contract().price_step_at is None and _totals(trial)[1:3] == [(3, DEAR), (4, Decimal("32.50"))]
    trial.at(trial.cycles()[1].due_at)
    trial.live_until_quiet()
    assert [each["amount"] for each in trial.ledger()] == ["14.50", "18.50"]


def test_a_rise_that_was_agreed_is_no_unusual_amount(trial: Till) -> None:
    paid = tuple(Paid(trial.now, Decimal(1), "USD") for _ in range(2))
    assert unusual(History(paid=paid, amount=Decimal(14), currency="USD"))
    assert unusual(History(paid=paid, amount=Decimal(14), currency="USD", at_first=Decimal(1))) is None
    assert unusual(History(paid=paid, amount=Decimal(140), currency="USD", at_first=Decimal(10)))


def test_the_notice_of_the_first_dearer_order_names_its_amount_before_shopify_has_it(trial: Till) -> None:
    dear = trial.cycles()[1]
    trial.at(dear.due_at - timedelta(days=7))  # nothing of the order before was charged
    tell(trial)
    assert [(fact.cycle_index, fact.data["amount"]) for fact in trial.facts("order.upcoming")] == [(2, "18.50")]
    assert _price(trial) == "10.00"
