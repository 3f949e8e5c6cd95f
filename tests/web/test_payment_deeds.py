"""A merchant tries a failed charge again, or gives it up: asked first, done once, nobody charged twice."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from shopify_app.dunning import give_up
from shopify_app.dunning.models import DunningCase
from shopify_app.dunning.policy import Final
from shopify_app.kit import crashpoints
from shopify_app.kit.gid import number_of
from tests.dunning.ward import DAY, Ward, admitted
from tests.support.app import Story
from tests.support.stories import story

__all__ = ["story"]

ME = "merchant:42"


@pytest.fixture
def ward(story: Story) -> Ward:
    """Four subscriptions whose charge of December 4 has failed for want of money."""
    found = admitted(story, contracts=4, klaviyo=False)
    found.bank("INSUFFICIENT_FUNDS")
    found.until(4)
    assert [case.next_step for case in found.cases()] == ["retry"] * 4
    return found


def _ask(ward: Ward, path: str, **form: str) -> httpx.Response:
    """Ask for a page as App Bridge does, with a fresh id token; with a form, send it."""
    story = ward.story
    token = story.control("GET", f"/shops/{story.shop_domain}/launch")["id_token"]
    headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
    method, url = "POST" if form else "GET", f"{story.url}{path}"
    return httpx.request(method, url, data=form or None, headers=headers, timeout=20)


def _toast(answer: httpx.Response) -> str:
    return re.findall('data-toast="([^"]*)"', answer.text)[0]


def test_retry_now_charges_once_and_counts_for_none_of_the_ladders_tries(ward: Ward) -> None:
    case, other = ward.cases()[:2]
    failing = _ask(ward, f"/payments/{other.id}/retry", number="2", **{"from": "contract"})
    assert failing.status_code == 200 and "What happened" in failing.text, "back on the subscription's page"
    ward.story.settle()
    again = ward.cases()[1]
    assert (again.state, again.next_step, again.failures, again.used) == ("open", "retry", 2, {})
    page = _ask(ward, f"/payments/{case.id}/retry").text
    number = re.findall('name="number" value="([0-9]+)"', page)[0]
    ward.bank(None)
    answers = [_ask(ward, f"/payments/{case.id}/retry", number=number) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert "The charge is with Shopify." in _toast(answers[0]) and "under way" in _toast(answers[1])
    giving_up = _ask(ward, f"/payments/{case.id}/give-up", way="pause")
    assert giving_up.status_code == 409 and _toast(giving_up) == give_up.UNDER_WAY
    ward.story.settle()
    late = _ask(ward, f"/payments/{case.id}/retry", number=number)
    assert late.status_code == 409 and _toast(late) == give_up.OVER
    ward.until(7)
    assert [ward.paid(number) for number in range(4)] == [[(1, False)]] * 4
    assert {case.state for case in ward.cases()} == {"recovered"}
    page = _ask(ward, "/payments").text
    assert "No failed charge is open." in page and "100%" in page


def test_giving_up_does_what_was_chosen_once_and_in_the_merchants_name(ward: Ward) -> None:
    wanted = [("skip", "ACTIVE", True), ("pause", "PAUSED", False), ("cancel", "CANCELLED", False)]
    for case, (way, _, _) in zip(ward.cases(), wanted, strict=False):
        answers = [_ask(ward, f"/payments/{case.id}/give-up", way=way) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 409] and _toast(answers[1]) == give_up.OVER
    ward.bank(None)
    ward.until(8, step=2 * DAY)
    facts = ward.facts("payment.exhausted")
    assert all(fact.actor.startswith("merchant:") for fact in facts)
    for number, (way, status, skipped) in enumerate(wanted):
        case, contract = ward.cases()[number], ward.contract(number)
        assert (case.state, case.final_action, case.lease_until) == ("exhausted", way, None)
        assert (contract.status, contract.at_risk_since) == (status, None)
        assert ward.paid(number) == [] and len(ward.tries(number)) == 1
        assert [fact.data["final_action"] for fact in facts if fact.contract_gid == contract.shopify_gid] == [way]
        assert ("order.skipped" in _kinds(ward, contract.shopify_gid)) is skipped
    assert "given up by you or your staff." in _ask(ward, f"/contracts/{number_of(contract.shopify_gid)}").text
    assert ward.cases()[3].state == "recovered", "the fourth goes on"


def _kinds(ward: Ward, gid: str) -> set[str]:
    return {fact.kind for fact in ward.facts("order.skipped", "payment.exhausted") if fact.contract_gid == gid}


def test_what_waits_is_given_up_but_not_what_the_bank_asks_the_shopper(
    ward: Ward,
) -> None:
    case, asked = ward.cases()[:2]
    ctx, shop_id = ward.story.ctx, ward.story.shop.id
    assert not give_up.give_up(ctx, shop_id + 1, case.id, Final.SKIP, ME).is_done
    with pytest.raises(ValueError, match="given up"):
        give_up.give_up(ctx, shop_id, case.id, Final.PERSON, ME)
    ward.bank("challenged")
    _ask(ward, f"/payments/{asked.id}/retry", number="2")
    ward.story.settle()
    refused = give_up.give_up(ctx, shop_id, asked.id, Final.PAUSE, ME)
    assert (refused.is_done, refused.words) == (False, give_up.UNCONFIRMED)
    ward.bank("INVOICE_ALREADY_PAID")
    _ask(ward, f"/payments/{case.id}/retry", number="2")
    ward.story.settle()
    assert ward.cases()[0].next_step == "person" and ward.cycle().parked_reason
    assert "Waits for your decision: 1" in _ask(ward, "/payments").text
    assert give_up.give_up(ctx, shop_id, case.id, Final.PAUSE, ME).is_done
    assert ward.cycle().parked_reason is None and ward.cycle().attempted_at is not None
    assert ward.contract().status == "PAUSED" and "Waits for your decision: 1" not in _ask(ward, "/payments").text
    assert ward.cases()[1].final_action is None and ward.contract(1).status == "ACTIVE"
    _nobody_answers(ward)
    _somebody_dies(ward)


def _nobody_answers(ward: Ward) -> None:
    third = ward.cases()[2]
    faults = ward.story.world.faults
    with ward.story.world.locked():
        faults.set({"graphql": {"ContractPause": {"status": 503, "times": 9}}})
    assert not give_up.give_up(ward.story.ctx, ward.story.shop.id, third.id, Final.PAUSE, ME).is_done
    again = ward.cases()[2]
    assert (again.state, again.next_step, again.lease_until) == ("open", "retry", None)
    assert ward.contract(2).status == "ACTIVE"
    with ward.story.world.locked():
        faults.reset()


def _somebody_dies(ward: Ward) -> None:
    fourth = ward.cases()[3]
    with crashpoints.armed("dunning.after_final_before_record"), pytest.raises(crashpoints.Killed):
        give_up.give_up(ward.story.ctx, ward.story.shop.id, fourth.id, Final.PAUSE, ME)
    assert ward.contract(3).status == "PAUSED" and ward.cases()[3].state == "open"
    with ward.story.ctx.db.session() as session:  # machine time passes: whoever held the case is dead
        session.execute(update(DunningCase).values(lease_until=None))
    ward.story.advance(timedelta(minutes=30), step=timedelta(minutes=30))
    assert (ward.cases()[3].state, ward.cases()[3].final_action) == ("exhausted", "pause")
    assert len(ward.facts("payment.exhausted")) == 2 and ward.paid(3) == []
