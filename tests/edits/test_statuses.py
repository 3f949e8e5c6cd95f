"""Pausing, resuming, cancelling and reactivating a subscription, with Shopify's word as the last one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopify_app.contracts.models import FAILED
from shopify_app.edits.contract import door, resume, statuses, unfinished
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.statuses import Cancel, Pause, Reactivate, Resume
from shopify_app.kit.clock import machine_now
from tests.billing.till import Till
from tests.edits.desk import ME, ask, asker_dies, edits, kinds, put_there, target, there

DAY = timedelta(days=1)


def test_a_paused_subscription_is_paused_at_shopify_told_once_and_not_charged(till: Till) -> None:
    assert ask(till, Pause()) == Answer(True, "Paused")
    assert there(till)["status"] == "PAUSED"
    till.mirror()
    asked, done = till.facts("subscription.pause_requested", "subscription.paused")
    assert asked.actor == done.actor == ME
    assert (done.before, done.after) == ({"status": "ACTIVE"}, {"status": "PAUSED"})
    assert till.charge() == 0 and till.ledger() == []


def test_a_preview_changes_nothing(till: Till) -> None:
    seen = door.preview(till.ctx, Pause(), target(till))
    assert seen and seen.why_not is None
    assert (seen.before.status, seen.after.status) == ("ACTIVE", "PAUSED")
    assert seen.before.dates and seen.after.dates == ()
    assert there(till)["status"] == "ACTIVE" and edits(till) == []


def test_a_pause_until_a_day_ends_by_itself(till: Till) -> None:
    end = till.now + 40 * DAY
    assert ask(till, Pause(end.isoformat())).is_done
    assert resume.run(till.ctx) == 0
    till.at(end + timedelta(minutes=5))
    assert resume.run(till.ctx) == 1
    assert there(till)["status"] == "ACTIVE"
    (fact,) = till.facts("subscription.resumed")
    assert fact.actor == "perennial"
    assert resume.run(till.ctx) == 0 and till.calls("ContractActivate") == 1


def test_a_pause_somebody_ended_in_shopify_is_not_ended_again(till: Till) -> None:
    end = till.now + 40 * DAY
    ask(till, Pause(end.isoformat()))
    put_there(till, status="ACTIVE", revision_id=there(till)["revision_id"] + 1)
    till.mirror()
    assert ask(till, Pause(), "r2").is_done  # for good, this time
    till.at(end + DAY)
    assert resume.run(till.ctx) == 0 and there(till)["status"] == "PAUSED"


def test_shopify_away_ends_the_pause_later(till: Till) -> None:
    end = till.now + 40 * DAY
    ask(till, Pause(end.isoformat()))
    till.at(end + DAY)
    till.fault(graphql={"ContractActivate": {"status": 429, "times": 1}})
    assert resume.run(till.ctx) == 0
    assert resume.run(till.ctx) == 1


def test_a_lost_request_to_resume_is_made_again(till: Till) -> None:
    """Else the subscription would stay paused for ever, and nobody would be charged."""
    end = till.now + 40 * DAY
    ask(till, Pause(end.isoformat()))
    till.at(end + DAY)
    till.fault(graphql={"ContractActivate": {"reset": "before", "times": 1}})
    assert resume.run(till.ctx) == 0
    asker_dies(till)
    assert unfinished.drain(till.ctx) == 1
    assert resume.run(till.ctx) == 1 and there(till)["status"] == "ACTIVE"


def test_resuming_charges_again_what_comes_later(till: Till) -> None:
    ask(till, Pause())
    assert ask(till, Resume(), "r2") == Answer(True, "Resumed")
    assert [f.kind for f in till.facts("subscription.resumed")] == ["subscription.resumed"]
    assert till.contract().next_charge_at is not None


def test_a_cancelled_subscription_keeps_its_reason_and_stays_cancelled(till: Till) -> None:
    assert ask(till, Cancel("too_much", "says Alex Marsh")) == Answer(True, "Cancelled")
    (fact,) = till.facts("subscription.cancelled")
    assert (fact.actor, fact.data) == (ME, {"reason": "too_much"})
    assert not any("Marsh" in str((f.before, f.after, f.data)) for f in till.facts())
    assert edits(till)[0].wish["comment"] == "says Alex Marsh"
    assert ask(till, Reactivate(), "r2") == refused(No.CANCELLED)
    assert ask(till, Cancel("other"), "r3") == refused(No.ALREADY)
    assert ask(till, Pause(), "r4") == refused(No.ENDED)


def test_a_failed_subscription_goes_on(till: Till) -> None:
    put_there(till, status=FAILED)
    till.mirror()
    assert ask(till, Resume()) == refused(No.NOT_PAUSED)
    assert ask(till, Reactivate(), "r2") == Answer(True, "Reactivated")
    assert there(till)["status"] == "ACTIVE"


def test_a_double_tap_acts_once_and_is_answered_alike(till: Till) -> None:
    first = ask(till, Pause())
    assert ask(till, Pause()) == first
    assert till.calls("ContractPause") == 1 and len(till.facts("subscription.pause_requested")) == 1
    assert ask(till, Resume()) == refused(No.OTHER_REQUEST)


def test_a_second_tap_while_the_first_is_under_way_is_told_to_wait(till: Till, monkeypatch) -> None:
    said: list[Answer] = []
    pause = statuses.gateway.pause

    def slow(client, gid) -> None:
        said.extend([ask(till, Pause()), ask(till, Cancel("other"), "r2")])
        assert till.charge() == 0  # what is due today waits, too
        pause(client, gid)

    monkeypatch.setattr(statuses.gateway, "pause", slow)
    assert ask(till, Pause()).is_done
    assert said == [refused(No.BUSY), refused(No.BUSY)]
    assert [edit.state for edit in edits(till)] == ["done"]


def test_what_is_being_charged_is_not_changed(till: Till) -> None:
    till.charge()
    assert ask(till, Cancel("other")) == refused(No.CHARGING)
    assert till.calls("ContractCancel") == 0 and edits(till) == []


def test_a_throttled_request_may_be_sent_again(till: Till) -> None:
    till.fault(graphql={"ContractPause": {"status": 429, "times": 1}})
    assert ask(till, Pause()) == refused(No.NO_ANSWER)
    assert [edit.state for edit in edits(till)] == ["rejected"]
    assert till.first_cycle().lease_until is None
    assert ask(till, Pause()).is_done
    assert kinds(till).count("subscription.edit_rejected") == 1


def test_shopifys_refusal_is_told_and_what_it_knows_is_read(till: Till) -> None:
    put_there(till, status="CANCELLED", revision_id=there(till)["revision_id"] + 1)
    assert ask(till, Pause()) == refused(No.ENDED)
    assert till.contract().status == "CANCELLED"
    assert kinds(till)[-1] == "subscription.edit_rejected" and "subscription.paused" not in kinds(till)
    (told,) = till.facts("subscription.cancelled")
    assert told.actor == "shopify"


def test_a_lost_answer_is_looked_up(till: Till) -> None:
    till.fault(graphql={"ContractPause": {"reset": "after", "times": 1}})
    assert ask(till, Pause()) == Answer(True, "Paused")


def test_what_was_never_done_is_told_as_not_done(till: Till) -> None:
    till.fault(graphql={"ContractPause": {"reset": "before", "times": 1}})
    assert ask(till, Pause()) == refused(No.NOT_SEEN)
    assert ask(till, Pause()) == refused(No.BUSY)
    assert unfinished.drain(till.ctx) == 0
    asker_dies(till)
    with till.ctx.db.session() as session:
        assert unfinished.waiting(session, till.now, machine_now()) == 1
    assert unfinished.drain(till.ctx) == 1
    assert [edit.refusal for edit in edits(till)] == [No.NOT_DONE]
    assert kinds(till)[-1] == "subscription.edit_rejected" and there(till)["status"] == "ACTIVE"
    assert ask(till, Pause()) == Answer(True, "Paused")  # nothing was done: the same request may come again


def test_an_asker_who_dies_after_shopify_has_done_it_is_finished(till: Till, monkeypatch) -> None:
    class Dead(BaseException):
        pass

    def die(*_: object) -> bool:
        raise Dead

    with monkeypatch.context() as patch:
        patch.setattr(door, "read_again", die)
        with pytest.raises(Dead):
            ask(till, Pause((till.now + 40 * DAY).isoformat()))
    assert [edit.state for edit in edits(till)] == ["requested"]
    till.mirror()  # the webhook is faster than the one who looks it up
    assert unfinished.drain(till.ctx) == 0
    asker_dies(till)
    assert unfinished.drain(till.ctx) == 1
    assert [edit.state for edit in edits(till)] == ["done"]
    (told,) = till.facts("subscription.paused")
    assert told.actor == ME and till.calls("ContractPause") == 1
    till.at(till.now + 41 * DAY)
    assert resume.run(till.ctx) == 1


def test_shopify_away_keeps_the_edit_open(till: Till) -> None:
    till.fault(graphql={"ContractPause": {"reset": "before", "times": 1}})
    ask(till, Pause())
    asker_dies(till)
    till.fault(graphql={"Contract": {"status": 503, "times": 1}})
    assert unfinished.drain(till.ctx) == 1
    assert [edit.state for edit in edits(till)] == ["requested"]


def test_what_was_done_can_be_taken_back(till: Till) -> None:
    end = (till.now + 40 * DAY).isoformat()
    ask(till, Pause(end))
    assert door.undo(till.ctx, target(till), "r1") == Resume()
    ask(till, Resume(), "r2")
    assert door.undo(till.ctx, target(till), "r2") == Pause(end)
    ask(till, Cancel("other"), "r3")
    assert door.undo(till.ctx, target(till), "r3") is None


def test_rows_go_with_the_person(till: Till) -> None:
    from shopify_app.edits import erase

    ask(till, Cancel("other", "says Alex Marsh"))
    person = till.contract().customer_gid
    assert person
    with till.ctx.db.session() as session:
        (held,) = erase.held(session, till.shop_id, person)["edits"]
        assert held["wish"]["comment"] == "says Alex Marsh"
        assert erase.erase(session, till.shop_id, "gid://shopify/Customer/999") == 0
        assert erase.erase(session, till.shop_id, person) == 1
    assert edits(till) == []
