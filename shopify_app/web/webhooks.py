"""Shopify's webhooks: check the signature over the raw body, keep the message, answer. Nothing else happens here.

400 for what cannot be read, 401 for a wrong signature, 200 for everything else, also for a shop or a topic we do
not know: Shopify would only send it again.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import NoReturn

from flask import Blueprint, Response, abort, current_app, request
from flask.blueprints import BlueprintSetupState

from shopify_app import topics
from shopify_app.gateways.shopify.verify import SHOP, secrets_of, webhook_ok
from shopify_app.inbox.intake import Intake
from shopify_app.inbox.receive import Arrival
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.web import EXTENSION, ctx
from shopify_app.web.access import signed
from shopify_app.web.bodies import BadBody, json_object, unsigned

blueprint = Blueprint("webhooks", __name__)
log = logging.getLogger(__name__)

MAX_HEADER = 255
INTAKE = "perennial-intake"


@blueprint.record_once
def _open(state: BlueprintSetupState) -> None:
    state.app.extensions[INTAKE] = Intake(state.app.extensions[EXTENSION].db)


@blueprint.post("/webhooks")
@signed("webhook")
def webhook() -> Response:
    """Any topic of `shopify.app.toml`."""
    return _keep()


@blueprint.post("/webhooks/compliance")
@signed("webhook")
def compliance() -> Response:
    """The three topics that the law and Shopify's review demand."""
    return _keep()


def _keep() -> Response:
    raw = request.get_data(cache=False)
    if not webhook_ok(raw, request.headers.get("X-Shopify-Hmac-Sha256"), secrets_of(ctx().settings)):
        _refuse("signature", unsigned())
    arrival, domain = _arrival(raw), _domain()
    if arrival.topic not in topics.HANDLERS:
        log.info("webhook of a topic nobody handles", extra={"topic": arrival.topic})
        return Response(status=200)
    intake: Intake = current_app.extensions[INTAKE]
    if intake.keep(domain, arrival, machine_now()):
        ctx().wakeups.wake("inbox")
    return Response(status=200)


def _arrival(raw: bytes) -> Arrival:
    return Arrival(
        webhook_id=_header("X-Shopify-Webhook-Id"),
        topic=_header("X-Shopify-Topic").lower(),
        payload=_payload(raw),
        event_id=request.headers.get("X-Shopify-Event-Id", "")[:MAX_HEADER] or None,
        api_version=request.headers.get("X-Shopify-API-Version", "")[:MAX_HEADER] or None,
        triggered_at=_instant(request.headers.get("X-Shopify-Triggered-At")),
    )


def _domain() -> str:
    domain = _header("X-Shopify-Shop-Domain").lower()
    return domain if SHOP.fullmatch(domain) else _refuse("X-Shopify-Shop-Domain is no shop's domain")


def _header(name: str) -> str:
    value = request.headers.get(name, "").strip()
    return value if value and len(value) <= MAX_HEADER else _refuse(f"{name} is missing or too long")


def _payload(raw: bytes) -> Json:
    try:
        return json_object(raw)
    except BadBody as error:
        _refuse(str(error))


def _instant(text: str | None) -> datetime | None:
    """Only an ordering hint: what cannot be read is left out."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _refuse(reason: str, status: int | Response = 400) -> NoReturn:
    log.info("webhook refused", extra={"reason": reason})
    abort(status)
