"""What a shopper does with a whole subscription: told beforehand, done once for each key, taken back once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopify_app.edits.contract.answers import No
from shopify_app.web.portal.deeds import DEEDS
from shopify_app.web.portal.tongue import words_for
from shopify_app.web.voice import voice
from tests.portal.shopper import Shopper

KEY, OTHER = "tap-00000001", "tap-00000002"


def test_a_pause_until_a_day_is_previewed_done_once_and_taken_back(shopper: Shopper) -> None:
    look = shopper.deed("pause", preview=True, until="2027-01-15").json()
    assert look["possible"] and look["before"]["status"] == "ACTIVE" and look["before"]["dates"][0] == "2027-01-01"
    assert (look["after"]["status"], look["after"]["resumes_on"]) == ("PAUSED", "2027-01-15")
    assert look["after"]["dates"][0] == "2027-02-01"
    assert look["before"]["lines"] == look["after"]["lines"] and look["before"]["address"]["city"]
    assert shopper.facts("subscription.pause_requested") == []
    done, again = (shopper.deed("pause", KEY, until="2027-01-15") for _ in range(2))
    assert done.status_code == 200 and done.json() == again.json()
    assert done.json()["contract"]["status"] == "PAUSED" and done.json()["undo"] == {"key": KEY}
    (fact,) = shopper.facts("subscription.pause_requested")
    assert fact.actor == f"shopper:{shopper.customer}"
    wrong = shopper.deed("pause", KEY)
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
        422,
        "other_request",
        "Idempotency-Key",
    )
    back, twice = (shopper.undo(KEY) for _ in range(2))
    assert back.status_code == 200 and back.json() == twice.json()
    assert (back.json()["action"], back.json()["contract"]["status"]) == ("resume", "ACTIVE")
    assert len(shopper.facts("subscription.resume_requested")) == 1
    newest = shopper.get(f"/contracts/{shopper.contract}/timeline")["entries"][0]
    assert newest["kind"] == "subscription.resumed"


def test_options_say_what_is_possible_why_not_and_what_to_choose_from(shopper: Shopper) -> None:
    found = shopper.options()
    assert list(found) == list(DEEDS) and found["pause"]["possible"] and found["cancel"]["possible"]
    assert found["pause"]["inputs"][0]["earliest"] == "2026-12-02"
    assert found["resume"]["reason"]["code"] == "already"
    assert shopper.options(**{"Accept-Language": "fr"})["resume"]["reason"]["words"] == "C’est déjà le cas."
    reason, comment = shopper.options(**{"Accept-Language": "de"})["cancel"]["inputs"]
    assert (reason["field"], reason["needed"]) == ("reason", True) and comment["longest"] == 500
    assert {"value": "moving", "words": "Ich ziehe um oder bin unterwegs"}.items() <= reason["values"][3].items()
    shopper.deed("cancel", KEY, reason="moving", comment="Auf Wiedersehen")
    after = shopper.options()
    assert not any(each["possible"] for each in after.values())
    assert after["pause"]["reason"] == {"code": "ended", "words": "The subscription has ended."}
    late = shopper.deed("resume", OTHER)
    assert (late.status_code, late.json()["code"]) == (409, "cancelled")
    gone = shopper.undo(KEY)
    assert (gone.status_code, gone.json()["code"]) == (409, "no_undo")


def test_only_the_newest_deed_is_taken_back_and_only_by_who_did_it(shopper: Shopper) -> None:
    shopper.deed("pause", KEY)
    stranger = shopper.token(sub="gid://shopify/Customer/1")
    path = f"/contracts/{shopper.contract}/undo"
    assert shopper.ask("POST", path, body={"key": KEY}, token=stranger).status_code == 404
    assert shopper.undo("tap-of-nobody").status_code == 404
    with shopper.story.world.locked():
        shopper.story.world.clock.advance(timedelta(minutes=1))
    shopper.story.ctx.clock.fresh()
    shopper.deed("resume", OTHER)
    stale = shopper.undo(KEY)
    assert (stale.status_code, stale.json()["code"]) == (409, "moved_on")
    assert shopper.undo(OTHER).json()["contract"]["status"] == "PAUSED"


@pytest.mark.parametrize(
    ("action", "key", "body", "field"),
    [
        ("pause", None, {}, "Idempotency-Key"),
        ("pause", "short", {}, "Idempotency-Key"),
        ("pause", "x" * 61, {}, "Idempotency-Key"),
        ("pause", "with a space", {}, "Idempotency-Key"),
        ("pause", KEY, {"until": "2027-02-30"}, "until"),
        ("pause", KEY, {"until": None}, "until"),
        ("cancel", KEY, {}, "reason"),
        ("cancel", KEY, {"reason": "bored"}, "reason"),
        ("cancel", KEY, {"reason": "other", "comment": "a\u0000b"}, "comment"),
        ("cancel", KEY, {"reason": "other", "comment": "x" * 501}, "comment"),
        ("cancel", KEY, {"reason": "other", "\udc00": 1}, "?"),
        ("resume", KEY, {"reason": "other"}, "reason"),
    ],
)
def test_a_wrong_request_is_told_at_its_field(
    resting: Shopper, action: str, key: str | None, body: dict[str, object], field: str
) -> None:
    answer = resting.deed(action, key, **body)
    assert answer.status_code == 422 and answer.json()["field"] == field
    assert resting.ask("POST", f"/contracts/{resting.contract}/actions/refund", body={}).status_code == 404


def test_a_pause_that_ends_today_and_a_shop_that_is_away_change_nothing(shopper: Shopper) -> None:
    past = shopper.deed("pause", KEY, until="2026-12-01")
    assert (past.status_code, past.json()["code"]) == (409, "past")
    with shopper.story.world.locked():
        shopper.story.world.faults.set({"graphql": {"ContractPause": {"status": 403, "times": 1}}})
    away = shopper.deed("pause", KEY)
    assert (away.status_code, away.json()["code"]) == (503, "no_answer") and int(away.headers["Retry-After"]) > 0
    assert shopper.deed("pause", KEY).json()["contract"]["status"] == "PAUSED"  # the same key may try again


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "ja"])
def test_every_refusal_has_words(language: str) -> None:
    assert all(words_for(code, voice("portal", language)) for code in No)
