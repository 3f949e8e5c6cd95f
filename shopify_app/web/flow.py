"""What workflows of Shopify Flow ask of subscriptions: checked, kept, answered at once; a worker does the rest.

Facts: a request is signed like a webhook but has not all of its headers (shopify-api-js, pull request 987), so the
shop is the `shopify_domain` of the signed body. `action_run_id` is the run's own (docs, Flow action endpoints); 202
says that it is received and not done, and Flow asks again with the same id; 200 that it is done (changelog,
2019-02-13). The body has no time, so age cannot be checked: a replay is answered by the row that is there. What Flow
does with a 4xx is taken to be an end. Where a merchant saves a workflow, Flow may ask `…/validation` first; the shape
of that request is unverified: both known ones are read, and what cannot be read is not held against a merchant.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, jsonify, request

from shopify_app.channels.flow import actions, runs
from shopify_app.channels.flow.actions import BY_WORD, Action, Wrong
from shopify_app.channels.flow.models import DONE, REFUSED
from shopify_app.channels.flow.runs import Arrival
from shopify_app.gateways.shopify.verify import SHOP, secrets_of, webhook_ok
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.shops import queries
from shopify_app.web import ctx
from shopify_app.web.access import signed
from shopify_app.web.bodies import BadBody, json_object, unsigned

blueprint = Blueprint("flow", __name__)
log = logging.getLogger(__name__)

LONGEST_ID = 255
NO_ACTION, NO_SHOP = "There is no such action.", "Perennial is not installed in this shop."
STATUSES = {DONE: 200, REFUSED: 422}
"""State of a run → what Flow is answered; 202 while it waits."""


class _Refused(Exception):
    """The request is not one of Flow's, or not whole; `status` and one line."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@blueprint.post("/flow/actions/<word>")
@signed("flow")
def act(word: str) -> Response:
    """Keep what a workflow asks for, or say what became of it."""
    try:
        action, body = _asked(word)
        run_id = body.get("action_run_id")
        if not isinstance(run_id, str) or not 0 < len(run_id) <= LONGEST_ID:
            raise _Refused(400, "action_run_id is missing or too long.")
        properties = body.get("properties")
        if not isinstance(properties, dict):
            raise _Refused(400, "properties are missing.")
        return _kept(action, run_id, properties, _domain(body))
    except _Refused as refused:
        return _line(refused.status, str(refused))


@blueprint.post("/flow/actions/<word>/validation")
@signed("flow")
def validate(word: str) -> Response:
    """Say what is wrong with the fields of an action as a merchant is about to save them."""
    try:
        action, body = _asked(word)
    except _Refused as refused:
        return _line(refused.status, str(refused))
    return jsonify([_validated(action, step) for step in _steps(body)])


def _asked(word: str) -> tuple[Action, Json]:
    raw = request.get_data(cache=False)
    if not webhook_ok(raw, request.headers.get("X-Shopify-Hmac-Sha256"), secrets_of(ctx().settings)):
        raise _Refused(401, "")
    try:
        body = json_object(raw)
    except BadBody as error:
        raise _Refused(400, f"{str(error).capitalize()}.") from None
    action = BY_WORD.get(word)
    if action is None:
        raise _Refused(404, NO_ACTION)
    return action, body


def _domain(body: Json) -> str:
    domain = str(body.get("shopify_domain") or "").strip().lower()
    if not SHOP.fullmatch(domain):
        raise _Refused(400, "shopify_domain is no shop's domain.")
    return domain


def _kept(action: Action, run_id: str, properties: Json, domain: str) -> Response:
    refusal, asked = None, {}
    try:
        asked = actions.read(action, properties)
    except Wrong as wrong:
        refusal = f"{wrong.key}: {wrong}"
    with ctx().db.session() as session:
        shop = queries.by_domain(session, domain)
        if shop is None or not shop.is_installed:
            raise _Refused(404, NO_SHOP)
        run = runs.keep(session, shop.id, Arrival(run_id, action.word, asked, refusal), ctx().clock.now())
        is_other = (run.action, run.asked) != (action.word, asked)
        state, words = run.state, run.words
    if is_other:
        return _line(422, runs.OTHER_RUN)
    if state not in STATUSES:
        ctx().wakeups.wake("flow_actions")
        return _line(202, "Received. It is done in a moment.")
    return _line(STATUSES[state], words or "")


def _steps(body: Json) -> list[Json]:
    steps = body.get("steps")
    found = steps if isinstance(steps, list) else [body]
    return [step for step in found if isinstance(step, dict)]


def _validated(action: Action, step: Json) -> Json:
    given = step.get("properties")
    wrong = actions.problems(action, given) if isinstance(given, dict) else {}
    errors = [{"property": key, "message": words} for key, words in wrong.items()]
    stamped: dict[str, Any] = {"step_reference": step.get("step_reference"), "timestamp": machine_now().isoformat()}
    return stamped | {"properties_valid": not errors, "errors": errors}


def _line(status: int, words: str) -> Response:
    if status == 401:
        log.info("flow action refused", extra={"reason": "signature"})
        return unsigned()
    response = jsonify({"error" if status >= 400 else "message": words})
    response.status_code = status
    return response
