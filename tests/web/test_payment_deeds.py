"""A merchant tries a failed charge again, or gives it up: asked first, done once, nobody charged twice."""

from __future__ import annotations

import re

import httpx
import pytest

from shopify_app.dunning import give_up
from shopify_app.dunning.policy import Final
from shopify_app.kit import crashpoints
from tests.dunning.ward import Ward, admitted
from tests.support.app import Story
from tests.support.stories import story

__all__ = ["story"]

ME = "merchant:42"


@pytest.fixture
def ward(story: Story) -> Ward:
    """Two subscriptions whose charge of December 4 has failed for want of money."""
    found = admitted(story, contracts=2, klaviyo=False)
    found.bank("INSUFFICIENT_FUNDS")
    found.until(4)
    assert [case.next_step for case in found.cases()] == ["retry", "retry"]
    return found


def _ask(ward: Ward, path: str, **form: str) -> httpx.Response:
    """Ask for a page as App Bridge does, with a fresh id token; with a form, send it."""
    story = ward.story
    token = story.control("GET", f"/shops/{story.shop_domain}/launch")["id_token"]
    headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
    return httpx.request("POST" if form else "GET", f"{story.url}{path}", data=form or None, headers=headers, timeout=20)


def _toast(answer: httpx.Response) -> str:
    return re.findall('data-toast="([^"]*)"', answer.text)[0]


def test_retry_now_charges_once_however_often_it_is_pressed(ward: Ward) -> None:
    case = ward.cases()[0]
    page = _ask(ward, f"/payments/{case.id}/retry").text
    number = re.findall('name="number" value="([0-9]+)"', page)[0]
    ward.bank(None)
    answers = [_ask(ward, f"/payments/{case.id}/retry", number=number) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert "The charge is with Shopify." in _toast(answers[0]) and "under way" in _toast(answers[1])
    ward.story.settle()
    late = _ask(ward, f"/payments/{case.id}/retry", number=number)
    assert late.status_code == 409 and _toast(late) == give_up.OVER
    ward.until(12)
    assert ward.paid(0) == [(1, False)]
    assert [case.state for case in ward.cases()] == ["recovered", "recovered"]
    page = _ask(ward, "/payments").text
    assert "No failed charge is open." in page and "100%" in page


def test_a_retry_that_fails_leaves_the_ladder_where_it_is(ward: Ward) -> None:
    case = ward.cases()[0]
    answer = _ask(ward, f"/payments/{case.id}/retry", number="2", **{"from": "contract"})
    assert answer.status_code == 200 and "What happened" in answer.text
    ward.story.settle()
    again = ward.cases()[0]
    assert (again.state, again.next_step, again.failures, again.used) == ("open", "retry", 2, {})
    assert ward.tries(0) == [("04 14", "failed")] * 2


@pytest.mark.parametrize(
    ("way", "status", "skipped"), [("skip", "ACTIVE", True), ("pause", "PAUSED", False), ("cancel", "CANCELLED", False)]
)
def test_giving_up_does_what_was_chosen_once_and_in_the_merchants_name(
    ward: Ward, way: str, status: str, skipped: bool
) -> None:
    case = ward.cases()[0]
    answers = [_ask(ward, f"/payments/{case.id}/give-up", way=way) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409] and _toast(answers[1]) == give_up.OVER
    ward.story.settle()
    over = ward.cases()[0]
    assert (over.state, over.final_action, over.lease_until) == ("exhausted", way, None)
    assert (ward.contract().status, ward.contract().at_risk_since, ward.cycle().skipped) == (status, None, skipped)
    (fact,) = ward.facts("payment.exhausted")
    assert (fact.actor, fact.data["final_action"]) == (ME, way)
    assert "The failed charge was given up by you or your staff." in _ask(ward, f"/contracts/{ward.contracts[0]['id']}").text
    ward.bank(None)
    ward.until(20)
    assert ward.paid(0) == [] and len(ward.tries(0)) == 1
    assert ward.cases()[1].state == "recovered", "the other subscription goes on"


def test_nothing_is_given_up_while_a_charge_is_under_way_or_asked_of_the_shopper(ward: Ward) -> None:
    case, ctx, shop_id = ward.cases()[0], ward.story.ctx, ward.story.shop.id
    assert not give_up.give_up(ctx, shop_id + 1, case.id, Final.SKIP, ME).is_done
    with pytest.raises(ValueError, match="given up"):
        give_up.give_up(ctx, shop_id, case.id, Final.PERSON, ME)
    _ask(ward, f"/payments/{case.id}/retry", number="2")  # its outcome is not told yet
    answer = _ask(ward, f"/payments/{case.id}/give-up", way="pause")
    assert answer.status_code == 409 and _toast(answer) == give_up.UNDER_WAY
    ward.story.settle()
    ward.bank("challenged")
    _ask(ward, f"/payments/{case.id}/retry", number="3")
    ward.story.settle()
    answer = _ask(ward, f"/payments/{case.id}/give-up", way="pause")
    assert answer.status_code == 409 and _toast(answer) == give_up.UNCONFIRMED
    assert ward.contract().status == "ACTIVE" and ward.cases()[0].final_action is None


def test_what_waits_for_a_decision_is_given_up_and_waits_no_more(ward: Ward) -> None:
    ward.bank("INVOICE_ALREADY_PAID")
    ward.until(5)
    case = ward.cases()[0]
    assert case.next_step == "person" and ward.cycle().parked_reason
    assert "Waits for your decision: 2" in _ask(ward, "/payments").text
    assert _ask(ward, f"/payments/{case.id}/give-up", way="pause").status_code == 200
    assert ward.cycle().parked_reason is None and ward.contract().status == "PAUSED"
    ward.story.settle()
    assert "Waits for your decision: 1" in _ask(ward, "/payments").text and ward.paid(0) == []


def test_dying_after_the_pause_still_ends_the_case_and_a_refusal_leaves_it_open(ward: Ward) -> None:
    first, second = ward.cases()
    ctx, shop_id = ward.story.ctx, ward.story.shop.id
    with crashpoints.armed("dunning.after_final_before_record"), pytest.raises(crashpoints.Killed):
        give_up.give_up(ctx, shop_id, first.id, Final.PAUSE, ME)
    assert ward.contract().status == "PAUSED" and ward.cases()[0].state == "open"
    with ward.story.world.locked():
        ward.story.world.faults.set({"http_errors": {"subscriptionContractPause": "internal"}})
    ward.until(6)
    assert (ward.cases()[0].state, ward.cases()[0].final_action) == ("exhausted", "pause")
    assert len(ward.facts("payment.exhausted")) == 1 and ward.paid(0) == []
    assert second.id
