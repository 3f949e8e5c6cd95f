"""The two switches below the ladders: how customers whose payment fails are marked in Shopify."""

from __future__ import annotations

from flask import Response, g, request

from shopify_app.dunning import marking
from shopify_app.kit.db import lock
from shopify_app.kit.speech import _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, ladders


@blueprint.post("/settings/payments/marking")
@merchant
def save_marking() -> Response:
    """Turn the switches as they were ticked; who is at risk now is marked, or no longer, within a minute."""
    wanted = marking.Marking("tag" in request.form, "metafield" in request.form)
    with ctx().db.session() as session:
        lock(session, "marking", g.shop.id)
        is_other = marking.change(session, g.shop.id, wanted, f"merchant:{g.user_id}", ctx().clock.now())
    ctx().wakeups.wake("marks")
    return ladders.list_page(toast=_("Saved") if is_other else _("It is like that already"))
