"""Connecting and disconnecting Klaviyo, on the settings page."""

from __future__ import annotations

import logging

from flask import Response, g, request

from shopify_app.channels.klaviyo import connect
from shopify_app.gateways.klaviyo.errors import KeyRefused, KlaviyoError, Limited
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint
from shopify_app.web.admin.settings import show
from shopify_app.web.forms import Form

log = logging.getLogger(__name__)

LONGEST_KEY = 200
NEEDS_SCOPES = N_("Klaviyo knows this key, but it may not do what is needed. Give it the scopes named above.")
UNKNOWN_KEY = N_("Klaviyo does not know this key. Copy it again, whole.")
NO_ANSWER = N_("Klaviyo did not answer. The key was not saved; please try again in a minute.")


@blueprint.post("/settings/klaviyo")
@merchant
def connect_klaviyo() -> Response:
    """Check a key with Klaviyo and keep it. A key that is refused changes nothing, and no key is ever shown again."""
    form = Form(request.form)
    key = form.text("key", _("the private API key"), longest=LONGEST_KEY)
    if key is None:
        return show(form=form)
    try:
        account = connect.connect(ctx(), g.shop.id, key, confirm="confirm" in form.typed)
    except connect.AnotherAccount as other:
        form.errors["key"] = _(
            "This key belongs to %(after)s; events went to %(before)s so far. "
            "Enter the key once more and confirm below if you mean it.",
            after=other.after,
            before=other.before,
        )
        return show(form=form, other_account=other.after)
    except (connect.KeyMalformed, KlaviyoError) as error:
        log.info("klaviyo not connected", extra={"shop": g.shop.domain, "error": type(error).__name__})
        form.errors["key"] = _what_to_do(error)
        return show(form=form)
    return show(toast=_("Connected to %(account)s", account=account.account_name))


@blueprint.post("/settings/klaviyo/disconnect")
@merchant
def disconnect_klaviyo() -> Response:
    """Forget the key; facts go on being recorded, so nothing is lost if it is connected again."""
    connect.disconnect(ctx(), g.shop.id)
    return show(toast=_("Klaviyo is disconnected"))


def _what_to_do(error: Exception) -> str:
    if isinstance(error, KeyRefused):
        return NEEDS_SCOPES if error.status == 403 else UNKNOWN_KEY
    if isinstance(error, Limited):
        return _("Klaviyo was asked too often. The key was not saved; please try again in a minute.")
    return str(error) if isinstance(error, connect.KeyMalformed) else NO_ANSWER
