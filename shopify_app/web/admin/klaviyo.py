"""Connecting and disconnecting Klaviyo, on the settings page."""

from __future__ import annotations

from flask import Response, g, request

from shopify_app.channels.klaviyo import connect
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint
from shopify_app.web.admin.settings import show
from shopify_app.web.forms import Form

LONGEST_KEY = 200


@blueprint.post("/settings/klaviyo")
@merchant
def connect_klaviyo() -> Response:
    """Check a key with Klaviyo and keep it. A key that is refused changes nothing."""
    form = Form(request.form)
    key = form.text("key", "the private API key", longest=LONGEST_KEY)
    if key is None:
        return show(form=form)
    account = connect.connect(ctx(), g.shop.id, key)
    return show(toast=f"Connected to {account.account_name}")


@blueprint.post("/settings/klaviyo/disconnect")
@merchant
def disconnect_klaviyo() -> Response:
    """Forget the key; facts go on being recorded, so nothing is lost if it is connected again."""
    connect.disconnect(ctx(), g.shop.id)
    return show(toast="Klaviyo is disconnected")
