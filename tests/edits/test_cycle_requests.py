"""One date changed by request id: once, answered alike, taken back, and looked up when the asker dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shopify_app.contracts.models import BillingCycle
from shopify_app.edits import door, erase, undo, unfinished
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.edits.change import Change, Target
from shopify_app.edits.models import CycleEdit
from shopify_app.edits.move import Moving
from shopify_app.edits.skip import Skipping
from shopify_app.kit.clock import machine_now
from tests.billing.till import Till

WEEK = timedelta(days=7)
ME = "merchant:42"


def _next(till: Till, place: int = 1) -> BillingCycle:
    """A cycle to come: the second one, unless told otherwise."""
    return sorted((c for c in till.cycles() if c.due_at or c.skipped), key=lambda c: c.expected_at)[place]


def _target(till: Till, cycle: BillingCycle) -> Target:
    return Target(till.shop_id, till.contract().shopify_gid, cycle.cycle_index, ME)


def _ask(till: Till, change: Change, request_id: str | None = "r1") -> Answer:
    return door.carry_out(till.ctx, change, _target(till, _next(till)), request_id)


def _edits(till: Till) -> list[CycleEdit]:
    with till.ctx.db.session() as session:
        return list(session.scalars(select(CycleEdit).order_by(CycleEdit.asked_at)))


def _asker_dies(till: Till) -> None:
    with till.ctx.db.session() as session:
        past = machine_now() - timedelta(minutes=10)
        session.execute(update(CycleEdit).where(CycleEdit.lease_until.is_not(None)).values(lease_until=past))
    till.expire_leases()


def test_a_repeated_skip_after_its_undo_skips_no_second_time(till: Till) -> None:
    first = _ask(till, Skipping(True))
    assert _ask(till, Skipping(False), "r2").is_done
    assert _ask(till, Skipping(True)) == first == Answer(True, "Skipped")
    assert not _next(till).skipped and till.calls("CycleSkip") == 1
    assert len(till.facts("order.skipped")) == len(till.facts("order.unskipped")) == 1
    assert _ask(till, Moving(_next(till).expected_at + WEEK)) == refused(Refusal.OTHER_REQUEST)
    assert (
        door.carry_out(till.ctx, Skipping(True), _target(till, _next(till, 2)), "r1").refusal == Refusal.OTHER_REQUEST
    )
    for bad in ("", "x" * 101):
        with pytest.raises(ValueError, match="request id"):
            _ask(till, Skipping(True), bad)


def test_what_was_done_is_taken_back_while_it_stands(till: Till) -> None:
    cycle = _next(till)
    assert _ask(till, Moving(cycle.expected_at + WEEK)).is_done
    back = undo.find(till.ctx, _target(till, cycle), "r1")
    assert back == Moving(cycle.expected_at)
    assert undo.find(till.ctx, _target(till, _next(till, 2)), "r1") is None
    assert undo.find(till.ctx, _target(till, cycle), "r9") is None
    assert _ask(till, back, "r2").is_done and _next(till).expected_at == cycle.expected_at
    assert undo.find(till.ctx, _target(till, cycle), "r1") is None  # it is no longer how the date stands


def test_a_refusal_of_shopify_is_kept_and_told(till: Till) -> None:
    till.fault(graphql={"CycleCheck": {"status": 403, "times": 1}})
    assert _ask(till, Skipping(True)) == refused(Refusal.NO_ANSWER)
    (told,) = till.facts("order.edit_rejected")
    assert (told.actor, told.data["action"], told.data["refusal"]) == (ME, "skip", Refusal.NO_ANSWER)
    assert _next(till).lease_until is None
    assert _ask(till, Skipping(True)).is_done  # nothing was done: the same request may come again
    assert [edit.state for edit in _edits(till)] == ["done"]


def test_an_asker_who_dies_after_shopify_has_done_it_is_finished_once(till: Till, monkeypatch) -> None:
    class Dead(BaseException):
        pass

    def die(*_: object) -> bool:
        raise Dead

    with monkeypatch.context() as patch:
        patch.setattr(door, "read_again", die)
        with pytest.raises(Dead):
            _ask(till, Skipping(True))
    till.mirror()  # the webhook is faster than the one who looks it up
    assert unfinished.drain(till.ctx) == 0
    _asker_dies(till)
    with till.ctx.db.session() as session:
        assert unfinished.waiting(session, till.now, machine_now()) == 1
    assert unfinished.drain(till.ctx) == 1
    assert [edit.state for edit in _edits(till)] == ["done"]
    (told,) = till.facts("order.skipped")
    assert told.actor == ME and _ask(till, Skipping(True)) == Answer(True, "Skipped")
    assert till.calls("CycleSkip") == 1


def test_what_was_never_done_is_told_as_not_done(till: Till) -> None:
    till.fault(graphql={"CycleSkip": {"reset": "before", "times": 1}})
    assert _ask(till, Skipping(True)) == refused(Refusal.NOT_SEEN)
    assert [edit.state for edit in _edits(till)] == ["requested"]
    _asker_dies(till)
    assert unfinished.drain(till.ctx) == 1
    assert [edit.refusal for edit in _edits(till)] == [Refusal.NOT_DONE]
    assert len(till.facts("order.edit_rejected")) == 1 and till.facts("order.skipped") == []
    assert _ask(till, Skipping(True)).is_done


def test_a_newer_request_tells_what_became_of_one_that_was_lost(till: Till) -> None:
    till.fault(graphql={"CycleSkip": {"reset": "before", "times": 1}})
    _ask(till, Skipping(True), None)
    assert _ask(till, Skipping(True), "r2").is_done
    assert sorted(edit.state for edit in _edits(till)) == ["done", "rejected"]
    assert till.facts("order.edit_rejected") == [] and len(till.facts("order.skipped")) == 1
    _asker_dies(till)
    assert unfinished.drain(till.ctx) == 0


def test_rows_go_with_the_person(till: Till) -> None:
    _ask(till, Skipping(True))
    person = till.contract().customer_gid
    assert person
    with till.ctx.db.session() as session:
        assert [row["action"] for row in erase.held(session, till.shop_id, person)["edits"]] == ["skip"]
        assert erase.erase(session, till.shop_id, "gid://shopify/Customer/999") == 0
        assert erase.erase(session, till.shop_id, person) == 1
    assert _edits(till) == []
