"""What a shopper does with a date: previewed, done once, undone; told in their language when it cannot be."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from shopify_app.edits import door
from shopify_app.edits.answers import Refusal, refused
from tests.portal.shopper import Shopper


def test_skip_is_previewed_done_once_and_undone(shopper: Shopper) -> None:
    first, second, *_ = shopper.cycles()
    look = shopper.act("skip", preview=True).json()
    assert look["possible"] and look["before"] == {
        "date": first["date"],
        "skipped": False,
        "next_charge_on": first["date"],
    }
    assert look["after"] == {"date": first["date"], "skipped": True, "next_charge_on": second["date"]}
    assert shopper.facts("order.skip_requested") == [] and shopper.cycles()[0] == first
    done, again = (shopper.act("skip", index=first["index"]).json() for _ in range(2))
    assert done["cycle"]["state"] == "skipped" and done["cycle"]["charge_at"] is None
    assert (done["was_so"], again["was_so"]) == (False, True)
    (fact,) = shopper.facts("order.skipped")
    assert fact.actor == f"shopper:{shopper.customer}" and fact.after == {"skipped": True}
    assert shopper.get(f"/contracts/{shopper.contract}")["next_charge"]["date"] == second["date"]
    assert done["undo"] == {"action": "unskip", "to": None}
    back = shopper.act("unskip", index=first["index"]).json()
    assert back["cycle"] == first and back["undo"]["action"] == "skip"
    newest = shopper.get(f"/contracts/{shopper.contract}/timeline")["entries"][0]
    assert newest["by_you"] and newest["words"].startswith("The order of") and newest["kind"] == "order.unskipped"


def test_a_skip_with_a_key_acts_once_also_after_it_was_taken_back(shopper: Shopper) -> None:
    path = f"/contracts/{shopper.contract}/cycles/{shopper.cycles()[0]['index']}/"
    done, _, again = (
        shopper.ask("POST", path + action, body={}, **{"Idempotency-Key": key})
        for action, key in (("skip", "tap-00000001"), ("unskip", "tap-00000002"), ("skip", "tap-00000001"))
    )
    assert done.json()["cycle"]["state"] == "skipped" and done.json()["undo"] == {"action": "unskip", "to": None}
    assert again.status_code == 200 and again.json()["cycle"]["state"] == "planned" and again.json()["undo"] is None
    assert len(shopper.facts("order.skipped")) == 1
    other = shopper.ask("POST", path + "unskip", body={}, **{"Idempotency-Key": "tap-00000001"})
    assert (other.status_code, other.json()["code"]) == (422, "other_request")
    assert shopper.ask("POST", path + "skip", body={}, **{"Idempotency-Key": "short"}).status_code == 422


def test_a_move_to_a_day_and_back(shopper: Shopper) -> None:
    first = shopper.cycles()[0]
    to = (date.fromisoformat(first["date"]) + timedelta(days=5)).isoformat()
    assert shopper.act("move", preview=True, to=to).json()["after"]["date"] == to
    before = shopper.row(first["index"]).expected_at
    done = shopper.act("move", index=first["index"], to=to).json()
    assert done["cycle"]["date"] == to and done["undo"] == {"action": "move", "to": first["date"]}
    assert shopper.act("move", index=first["index"], to=done["undo"]["to"]).json()["cycle"]["date"] == first["date"]
    assert shopper.row(first["index"]).expected_at == before


def test_a_delay_heard_twice_delays_once(shopper: Shopper) -> None:
    first = shopper.cycles()[0]
    asked = {"delay_weeks": 2, "from_": first["date"]}
    done, again = (shopper.act("move", index=first["index"], **asked).json() for _ in range(2))
    two_weeks_on = (date.fromisoformat(first["date"]) + timedelta(weeks=2)).isoformat()
    assert done["cycle"]["date"] == again["cycle"]["date"] == two_weeks_on
    assert again["was_so"] and again["undo"] is None and len(shopper.facts("order.moved")) == 1
    stale = shopper.act("move", index=first["index"], delay_weeks=1, from_=first["date"])
    assert stale.status_code == 409 and stale.json()["code"] == "moved_on"


def test_what_cannot_be_is_told_before_and_after_the_tap(resting: Shopper) -> None:
    first, second, *_ = resting.cycles()
    move = first["actions"][2]
    for to, code in (
        (second["date"], "after_next"),
        ("2026-12-01", "past"),
        ("2026-11-01", "past"),
    ):
        look = resting.act("move", preview=True, to=to).json()
        assert (look["possible"], look["reason"]["code"]) == (False, code)
        said = resting.act("move", to=to)
        assert said.status_code == 409 and said.json()["detail"] == look["reason"]["words"]
    for to in (move["earliest"], move["latest"]):
        assert resting.act("move", preview=True, to=to).json()["possible"], to
    for to in (
        date.fromisoformat(move["earliest"]) - timedelta(days=1),
        date.fromisoformat(move["latest"]) + timedelta(days=1),
    ):
        assert not resting.act("move", preview=True, to=to.isoformat()).json()["possible"], to
    assert resting.facts("order.move_requested") == []


def test_on_the_day_of_its_charge_a_date_stays(shopper: Shopper) -> None:
    first = shopper.cycles()[0]
    with shopper.story.world.locked():
        shopper.story.world.clock.set(datetime.fromisoformat(first["changeable_until"]))
    shopper.story.ctx.clock.fresh()
    answer = shopper.act("skip", index=first["index"])
    assert answer.status_code == 409 and answer.json()["code"] == "too_late"
    assert not shopper.row(first["index"]).skipped


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("move", {}, "to"),
        ("move", {"to": "soon"}, "to"),
        ("move", {"to": "2026-13-01"}, "to"),
        ("move", {"to": "9999-12-31"}, "to"),
        ("move", {"to": "2027-01-04", "delay_weeks": 1}, "to"),
        ("move", {"to": "2027-01-04", "from": "2027-01-01"}, "from"),
        ("move", {"delay_weeks": True, "from": "2027-01-01"}, "delay_weeks"),
        ("move", {"delay_weeks": 3, "from": "2027-01-01"}, "delay_weeks"),
        ("move", {"delay_weeks": 1}, "from"),
        ("skip", {"to": "2027-01-04"}, "to"),
        ("skip", [], "body"),
    ],
)
def test_a_wrong_body_is_told_at_its_field(resting: Shopper, action: str, body: object, field: str) -> None:
    answer = resting.ask("POST", f"/contracts/{resting.contract}/cycles/2/{action}", body=body)
    assert answer.status_code == 422 and answer.json()["field"] == field


def test_a_shop_that_does_not_answer_leaves_nothing_half_done(shopper: Shopper) -> None:
    with shopper.story.world.locked():
        shopper.story.world.faults.set({"graphql": {"CycleCheck": {"status": 403}}})
    away = shopper.act("skip")
    assert away.status_code == 503 and int(away.headers["Retry-After"]) > 0
    assert away.json()["code"] == "no_answer" and shopper.cycles()[0]["state"] == "planned"


def test_two_taps_at_once_skip_once(resting: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "carry_out", lambda *_: refused(Refusal.ALREADY))  # the other tap was faster
    answer = resting.act("skip")
    assert answer.status_code == 200 and answer.json()["was_so"]
