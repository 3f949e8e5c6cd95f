"""What workflows ask for is done once each, through the doors of all others, and says what came of it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shopify_app.channels.flow import prune
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import FixedClock
from shopify_app.kit.gid import number_of
from tests.edits.desk import there
from tests.edits.shelf import stock
from tests.flow.conftest import Works


def _post(works: Works, path: str, body: dict[str, Any] | bytes, secret: str | None = None) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    secret = secret or works.till.ctx.settings.api_secret
    digest = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
    url = f"http://127.0.0.1:{works.till.ctx.settings.port}/flow/actions/{path}"
    return httpx.post(url, content=raw, headers={"X-Shopify-Hmac-Sha256": digest}, timeout=10)


def _body(works: Works, run_id: str = "run-9", **properties: str) -> dict[str, Any]:
    given = {"subscription-id": works.subscription} | properties
    return {"shopify_domain": works.till.domain, "action_run_id": run_id, "properties": given}


def test_a_pause_that_arrives_three_times_pauses_once_and_flow_hears_that_it_is_done(acting: Works) -> None:
    acting.ask("pause-subscription", times=3, until="2027-02-01")
    acting.deliver()
    assert [(run["status"], run["state"]) for run in acting.sent()] == [(202, "waiting")] * 3
    (run,) = acting.runs()
    assert (run.arrivals, run.state) == (3, "waiting")
    assert acting.act() == 1
    assert there(acting.till)["status"] == "PAUSED"
    acting.till.wait(timedelta(minutes=1))
    acting.deliver()
    assert [(run["status"], run["answer"].strip()) for run in acting.sent()] == [(200, '{"message":"Paused"}')] * 3
    (fact,) = acting.till.facts("subscription.paused")
    assert (fact.actor, fact.data["resumes_at"]) == ("flow", "2027-02-01T00:00:00-05:00")
    assert acting.till.calls("ContractPause") == 1
    assert acting.waiting()[1] == 0
    acting.send()
    (event,) = acting.heard()
    assert (event["payload"]["Done by"], event["payload"]["Resumes on"]) == ("flow", "2027-02-01")


def test_what_waits_when_actions_are_switched_off_does_nothing_any_more(acting: Works) -> None:
    acting.ask("pause-subscription", until="2027-02-01")
    acting.deliver()
    acting.switch(takes_actions=False)
    later = dataclasses.replace(acting.till.ctx, clock=FixedClock(acting.till.now + timedelta(days=91)))
    assert prune.run(later) == 0, "what waits is not forgotten, however old"
    assert acting.act() == 1
    (run,) = acting.runs()
    assert run.state == "refused" and "may not change" in run.words
    assert there(acting.till)["status"] == "ACTIVE"
    assert (prune.run(acting.till.ctx), prune.run(later), acting.runs()) == (0, 1, [])


def test_a_worker_that_dies_leaves_a_run_that_acts_once(acting: Works) -> None:
    """The order that is next when the run is taken up stays the one that is skipped."""
    skipped = []
    for point in ("flow.after_intent_before_edit", "flow.after_edit_before_record"):
        acting.ask("skip-order", run_id=point)
        acting.deliver()
        with crashpoints.armed(point), pytest.raises(crashpoints.Killed):
            acting.act()
        assert acting.act() == 0, "the dead one's lease holds"
        acting.skip_waits()
        acting.act()
        run = acting.runs()[-1]
        assert (run.state, run.words, run.tries) == ("done", "Skipped", 2)
        skipped.append(run.edit["index"])
    assert [cycle.cycle_index for cycle in acting.till.cycles() if cycle.skipped] == skipped == sorted(set(skipped))
    assert (acting.till.calls("CycleSkip"), len(acting.till.facts("order.skipped"))) == (2, 2)


def test_a_lost_answer_and_a_busy_subscription_are_tried_again_and_moves_swaps_and_ends_come_true(
    acting: Works,
) -> None:
    till = acting.till
    till.fault(graphql={"CycleMove": {"reset": "after", "times": 1}})
    coming = min((one for one in till.cycles() if one.due_at and one.due_at > till.now), key=lambda one: one.due_at)
    day = (coming.expected_at - timedelta(days=5)).date().isoformat()
    acting.ask("move-order", run_id="move", day=day, order_number=str(coming.cycle_index))
    acting.deliver()
    acting.act()
    acting.skip_waits()
    acting.act()
    (run,) = acting.runs()
    assert (run.state, run.words) == ("done", "Moved")
    assert (till.calls("CycleMove"), len(till.facts("order.moved"))) == (1, 1)
    assert next(one for one in till.cycles() if one.id == coming.id).expected_at.date().isoformat() == day
    shelf = stock(till)
    acting.ask("swap-item", run_id="swap", old_variant_id=shelf.house, new_variant_id=number_of(shelf.harbor))
    acting.ask("cancel-subscription", run_id="cancel", reason="too_much")
    acting.deliver()
    acting.act()
    assert [(run.action, run.state, run.words) for run in acting.runs()[1:]] == [
        ("swap", "done", "Swapped"),
        ("cancel", "done", "Cancelled"),
    ]
    assert till.whole_contract().lines[0].variant_gid == shelf.harbor
    assert there(till)["status"] == "CANCELLED"
    (fact,) = till.facts("subscription.cancelled")
    assert (fact.actor, fact.data["reason"]) == ("flow", "too_much")
    acting.ask("pause-subscription", run_id="late")
    acting.deliver()
    acting.act()
    till.wait(timedelta(minutes=1))
    acting.deliver()
    late = acting.sent()[-1]
    assert (late["status"], late["state"]) == (422, "failed")
    assert json.loads(late["answer"]) == {"error": "The subscription has ended."}


def test_what_is_not_flows_or_not_whole_is_refused_in_one_line_and_changes_nothing(acting: Works) -> None:
    good = _body(acting)
    refused = [
        (_post(acting, "pause", good, "another secret"), 401, "The signature does not fit."),
        (_post(acting, "pause", b"{"), 400, "The body is not JSON.".capitalize()),
        (_post(acting, "fly", good), 404, "There is no such action."),
        (_post(acting, "pause", good | {"action_run_id": None}), 400, "action_run_id is missing or too long."),
        (_post(acting, "pause", good | {"properties": []}), 400, "properties are missing."),
        (_post(acting, "pause", good | {"shopify_domain": "evil.com"}), 400, "shopify_domain is no shop's domain."),
        (
            _post(acting, "pause", good | {"shopify_domain": "other.myshopify.com"}),
            404,
            "Perennial is not installed in this shop.",
        ),
    ]
    for answer, status, words in refused:
        assert (answer.status_code, answer.json()["error"].lower()) == (status, words.lower())
    assert acting.runs() == []
    wrong = [
        ("move", {"day": "soon"}, "day: Enter a day as YYYY-MM-DD."),
        ("move", {}, "day: Enter Day."),
        ("cancel", {"reason": "bored"}, "reason: Enter one of too_much"),
        ("skip", {"subscription-id": "999"}, "This subscription is no longer there."),
        ("skip", {"subscription-id": "abc"}, "subscription-id: Enter the number of a subscription."),
    ]
    for number, (word, properties, words) in enumerate(wrong):
        answer = _post(acting, word, _body(acting, f"wrong-{number}", **properties))
        assert answer.status_code == 422 and answer.json()["error"].startswith(words), answer.text
    assert [run.state for run in acting.runs()] == ["refused"] * len(wrong), "the merchant sees them"
    assert _post(acting, "pause", _body(acting, "one")).status_code == 202
    assert _post(acting, "cancel", _body(acting, "one")).status_code == 422, "one run, one action"
    acting.switch(takes_actions=False)
    assert "may not change" in _post(acting, "pause", _body(acting, "two")).json()["error"]
    assert there(acting.till)["status"] == "ACTIVE"


def test_both_secrets_count_while_one_is_rotated_and_fields_are_validated_as_they_are_saved(acting: Works) -> None:
    settings = acting.till.ctx.settings
    object.__setattr__(settings, "api_secret_old", "the-secret-before")
    assert _post(acting, "skip", _body(acting), "the-secret-before").status_code == 202
    steps = [
        {"step_reference": "a", "properties": {"subscription-id": "{{ id }}", "day": "2026-12-24"}},
        {"step_reference": "b", "properties": {"subscription-id": "x", "day": "24.12."}},
    ]
    answer = _post(acting, "move/validation", {"shopify_domain": acting.till.domain, "steps": steps})
    first, second = answer.json()
    assert (first["step_reference"], first["properties_valid"], first["errors"]) == ("a", True, [])
    assert [error["property"] for error in second["errors"]] == ["subscription-id", "day"]
    assert _post(acting, "move/validation", {"steps": steps}, "wrong").status_code == 401
