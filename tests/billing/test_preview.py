"""`perennial tick --dry-run`: what would be charged, for how much, and why the rest would not. Nothing changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from shopify_app.billing import preview
from shopify_app.commands.tick import PARKED, foretell
from shopify_app.contracts.models import BillingCycle, Contract
from tests.billing.till import Till

DAY = timedelta(days=1)


def _rows(till: Till) -> list[object]:
    with till.ctx.db.session() as session:
        cycles = session.query(BillingCycle).order_by(BillingCycle.id).all()
    return [(c.id, c.claimed_at, c.attempted_at, c.held_reason, c.parked_reason, c.read_at) for c in cycles]


def test_it_says_what_would_be_charged_and_changes_nothing(till: Till, capsys: pytest.CaptureFixture[str]) -> None:
    before = _rows(till)
    (line,) = preview.lines(till.ctx, till.now)
    assert (line.verdict, line.currency, line.cycle_index) == ("charge", "USD", till.first_cycle().cycle_index)
    assert line.amount is not None and line.amount > 0
    assert foretell(till.ctx) == 0
    printed = capsys.readouterr().out
    assert f"{line.amount:.2f} USD" in printed and "1 would be charged, 0 would not" in printed
    assert _rows(till) == before and till.attempts() == [] and till.facts() == []
    assert till.calls("AttemptCreate") == 0


def test_what_shopify_says_decides(till: Till) -> None:
    rows = till.sandbox.world.of("contracts", till.domain)
    with till.sandbox.world.locked():
        rows.put({**rows.all()[0], "status": "PAUSED"})  # nobody told us
    (line,) = preview.lines(till.ctx, till.now)
    assert (line.verdict, line.why) == ("leave", "The contract is paused in Shopify.")


def test_what_would_be_parked_is_told_by_the_exit_code(till: Till) -> None:
    till.wait(8 * DAY)
    lines = list(preview.lines(till.ctx, till.now))
    assert [line.verdict for line in lines] == ["park"] and "7 days" in lines[0].why
    assert foretell(till.ctx) == PARKED
    assert till.first_cycle().parked_reason is None


def test_rows_say_why_without_asking_shopify(till: Till) -> None:
    with till.ctx.db.session() as session:
        session.execute(update(Contract).values(billing_stopped_at=till.now, billing_stopped_reason="prices"))
    (line,) = preview.lines(till.ctx, till.now)
    assert (line.verdict, line.why) == ("leave", "Charging of the contract is stopped: prices.")
    assert till.calls("CycleCheck") == 0


def test_a_shopify_that_does_not_answer_is_a_failure(till: Till) -> None:
    till.fault(graphql={"CycleCheck": {"status": 503}})
    assert [line.verdict for line in preview.lines(till.ctx, till.now)] == ["unreadable"]
    assert foretell(till.ctx) == 1
