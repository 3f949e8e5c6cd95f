"""Whole stories over HTTP: webhooks lost, doubled and shuffled in every rung, and the two reported double charges."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.dunning.ward import DAY, Ward, admitted
from tests.support.app import Story

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("trouble", [{"loss": 1.0}, {"duplicate": 1.0, "shuffle": 1.0}])
def test_webhooks_lost_or_doubled_in_every_rung_change_neither_charges_nor_messages(
    story: Story, trouble: dict[str, float]
) -> None:
    ward = admitted(story)
    with story.world.locked():
        story.world.faults.set({"webhooks": trouble})
    ward.bank("CARD_DECLINED")
    for day in (4, 5, 7):
        ward.until(day)
        story.advance(20 * MINUTE, step=10 * MINUTE)  # what nobody told is looked up
    ward.bank(None)
    ward.until(9)
    story.advance(20 * MINUTE, step=10 * MINUTE)
    ward.until(13, step=2 * DAY)
    assert [state for _, state in ward.tries()] == ["failed", "failed", "failed", "settled"]
    assert ward.case.state == "recovered" and ward.paid() == [(1, False)]
    failed = [event["properties"]["AttemptNumber"] for event in ward.events("Subscription Charge Failed")]
    assert failed == [1, 2, 3]
    (recovered,) = ward.events("Subscription Charge Recovered")
    assert recovered["properties"]["Attempts"] == 3


def test_a_failing_card_is_told_with_what_comes_next_and_a_renewed_one_with_its_success(ward: Ward) -> None:
    ward.bank("EXPIRED_CARD")
    ward.until(4)
    (told,) = ward.events("Subscription Charge Failed")
    said = told["properties"]
    assert (said["FailureKind"], said["ErrorCode"], said["FinalAction"]) == (
        "shopper_can_fix",
        "EXPIRED_CARD",
        "pause",
    )
    assert said["WhatNextText"] == "If no payment succeeds, your subscription is paused on December 18, 2026."
    assert said["AttemptsLeft"] == "0" and "NextRetryDate" not in said
    ward.bank(None)
    ward.card()
    ward.story.advance(MINUTE)
    assert [state for _, state in ward.tries()] == ["failed", "settled"]
    assert len(ward.events("Subscription Charge Recovered")) == 1


def test_incident_b_with_a_case_open_shopify_bills_a_new_cycle_and_we_charge_nothing(ward: Ward) -> None:
    ward.bank("EXPIRED_CARD")
    with ward.story.world.locked():
        ward.story.world.faults.set({"card_update_bills_a_new_cycle": True})
    # the failed cycle has to be over: then the current one is another
    ward.until(4)
    ward.until(12, step=4 * DAY)
    ward.story.advance(timedelta(days=3), step=timedelta(days=3))
    ward.bank(None)
    ward.card()
    ward.story.advance(5 * MINUTE, step=MINUTE)
    assert ward.paid() == [(2, True)], "Shopify's own retry, and no charge of ours"
    assert ward.case.next_step == "person" and "outside Perennial" in (ward.cycle().parked_reason or "")
    ward.until(31, step=4 * DAY)
    assert ward.paid() == [(2, True)]


def test_incident_a_with_a_case_open_what_was_charged_by_hand_elsewhere_is_not_charged_again(ward: Ward) -> None:
    ward.bank("CARD_DECLINED")
    ward.until(4)
    ward.bank(None)
    ward.story.control(
        "POST", f"/shops/{ward.story.shop_domain}/contracts/{ward.contracts[0]['id']}/attempt", key="by hand"
    )
    ward.until(9)
    assert [foreign for _, foreign in ward.paid()] == [True]
    assert ward.case.state == "recovered" or ward.case.next_step == "person"


def test_the_banks_question_is_told_with_its_link_and_answered_on_its_page(ward: Ward) -> None:

    ward.bank("challenged")
    ward.until(4)
    (asked,) = ward.events("Subscription Payment Action Required")
    link = asked["properties"]["ConfirmUrl"]
    assert asked["properties"]["ExpiresDate"] == "December 11, 2026"
    assert "Confirm your payment" in httpx.get(link, timeout=10).text
    httpx.post(link, data={"answer": "yes"}, timeout=10).raise_for_status()
    ward.story.settle()
    assert ward.tries() == [("04 14", "settled")]
    assert len(ward.events("Subscription Charge Recovered")) == 1
    (mail,) = ward.story.mails(metric="Subscription Payment Action Required")
    assert link in [each["href"] for each in mail["links"]]
