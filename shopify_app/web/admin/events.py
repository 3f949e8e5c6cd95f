"""What Klaviyo hears: each event with its properties, the names to copy into a mail, and a test event to send."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from flask import Response, g, request
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo import samples
from shopify_app.channels.klaviyo.events.common import BASE, ITEM
from shopify_app.channels.klaviyo.events.property import Property
from shopify_app.channels.klaviyo.events.told import BY_SLUG, EVENTS
from shopify_app.channels.klaviyo.models import account_of
from shopify_app.channels.klaviyo.people import MAIL_LIMIT
from shopify_app.channels.klaviyo.profile import PROFILE
from shopify_app.gateways.klaviyo.errors import BodyRefused, KeyRefused, KlaviyoError, Limited
from shopify_app.kit.crypto import SecretUnreadable
from shopify_app.kit.speech import N_, _, known
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.forms import Form

log = logging.getLogger(__name__)

NO_ANSWER = N_("Klaviyo did not answer, so the test event may or may not have arrived. Please try again in a minute.")
NOT_CONNECTED = N_("Connect Klaviyo in the settings first.")
NOBODY = N_("Your Klaviyo account names no sender address. Enter an address.")

_LOOP = "{% for item in event.Items %} … {% endfor %}"


@blueprint.get("/notices/events")
@blueprint.get("/settings/klaviyo/events", endpoint="old_events")
@merchant
def events() -> Response:
    """Every event, with what it says."""
    return _show()


@blueprint.post("/settings/klaviyo/events/test")
@merchant
def send_test_event() -> Response:
    """Send an example of one event to an address, and say what Klaviyo answered."""
    form = Form(request.form)
    event = BY_SLUG.get(form.typed.get("event", ""))
    to = _address(form)
    if event is None:
        form.errors["event"] = _("Choose an event.")
    if event is None or to is None:
        return _show(form=form)
    try:
        address = samples.send(ctx(), g.shop, event, to)
    except (samples.NotConnected, samples.NobodyToSendTo, SecretUnreadable, KlaviyoError) as error:
        log.info("test event not accepted", extra={"shop": g.shop.domain, "error": type(error).__name__})
        return _show(form=form, problem=_what_happened(error))
    return _show(form=form, accepted=_accepted(event.name, address))


def _accepted(event: str, address: str) -> str:
    return _("Klaviyo accepted the test event %(event)s for %(address)s.", event=event, address=address)


def _address(form: Form) -> str | None:
    """Return the address typed, empty for none; None when it cannot be one."""
    to = form.text("to", _("an address"), longest=MAIL_LIMIT, required=False)
    if to and ("@" not in to.strip("@") or " " in to):
        form.errors["to"] = _("Enter a mail address, or leave it empty.")
        return None
    return to


def _what_happened(error: Exception) -> str:
    if isinstance(error, samples.NotConnected):
        return NOT_CONNECTED
    if isinstance(error, samples.NobodyToSendTo):
        return NOBODY
    if isinstance(error, KeyRefused | SecretUnreadable):
        return _("Klaviyo refused the key. Connect again in the settings with a new one.")
    if isinstance(error, Limited):
        return _("Klaviyo was asked too often. Nothing was sent; please try again in a minute.")
    if isinstance(error, BodyRefused):
        return _("Klaviyo refused the test event: %(error)s.", error=error)
    return NO_ANSWER


def _show(*, form: Form | None = None, accepted: str = "", problem: str = "") -> Response:
    errors = form.errors if form else {}
    typed = {name: form.typed.get(name, "") if form else "" for name in ("event", "to")}
    with ctx().db.session() as session:
        is_connected = _is_connected(session)
    toast = accepted and _("Accepted by Klaviyo")
    values = {"errors": errors, "typed": typed, "accepted": accepted, "problem": problem, "toast": toast}
    code = 422 if errors else 200
    return render.page(
        "events/page.html", title=_("Events"), code=code, is_connected=is_connected, **_catalogue(), **values
    )


def _is_connected(session: Session) -> bool:
    return account_of(session, g.shop.id) is not None


def _catalogue() -> dict[str, Any]:
    told = [
        {
            "slug": event.slug,
            "name": event.name,
            "fires": known(event.fires),
            "rows": _rows(event.special, "event.{}"),
        }
        for event in EVENTS
    ]
    shared = [
        (_("On every event"), _("Any mail of a flow that an event starts can show these."), _rows(BASE, "event.{}")),
        (
            _("Each item"),
            _("Inside %(loop)s, or in a table block with the rows event.Items.", loop=_LOOP),
            _rows(ITEM, "item.{}"),
        ),
        (
            _("On the shopper's profile"),
            _("For segments and for flows that begin at a date. They are kept current, events or not."),
            _rows(PROFILE, "person|lookup:'{}'"),
        ),
    ]
    return {"told": told, "shared": [{"heading": one, "words": two, "rows": three} for one, two, three in shared]}


def _rows(properties: Iterable[Property], place: str) -> list[dict[str, Any]]:
    return [
        {
            "variable": "{{ " + place.format(one.name) + " }}",
            "says": known(one.says),
            "example": _example(one.example),
            "is_list": _is_list(one.example),
            "always": one.always,
        }
        for one in properties
    ]


def _is_list(value: Any) -> bool:
    """Whether a value is a list of things with properties of their own."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _example(value: Any) -> str:
    if _is_list(value):
        return _("see below: each item")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value)
