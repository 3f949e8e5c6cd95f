"""A paid delivery that is still to come goes out on another day, or is skipped: then it comes after the last one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from flask import Response, g, request, url_for

from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.orders import deliveries
from shopify_app.orders.alignment import ask, days
from shopify_app.orders.alignment.wishes import NewDay
from shopify_app.orders.models import FulfillmentOrder, Order
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.contract import find, missing, show
from shopify_app.web.admin.detail import Detail
from shopify_app.web.format import day
from shopify_app.web.forms import Form

MOST = 1_000
GONE = N_("This delivery is no longer among those to come.")
DONE = N_("Asked for. The delivery moves within a minute; what Shopify does not allow becomes a task.")


@blueprint.get("/contracts/<number>/delivery_day")
@merchant
def paid_delivery(number: str) -> Response:
    """The form for one delivery."""
    return _on(number, Form(request.args), lambda found, delivery, form: _page(number, delivery, form))


@blueprint.post("/contracts/<number>/delivery_day")
@merchant
def change_paid_delivery(number: str) -> Response:
    """Shown in words first; with the preview's request id, asked for once."""
    return _on(number, Form(request.form), lambda found, delivery, form: _change(number, found, delivery, form))


def _on(number: str, form: Form, act: Callable[[Detail, FulfillmentOrder, Form], Response]) -> Response:
    found, given = find(number), form.typed.get("shipment", "")
    if found is None:
        return missing()
    with ctx().db.session() as session:
        # the page shows the next few; what comes after the last one has to know the last one
        every = deliveries.scheduled(session, g.shop.id, found.contract.shopify_gid, limit=MOST)
    found = replace(found, deliveries=every)
    delivery = next((each for each in found.deliveries if number_of(each.shopify_gid) == given), None)
    if delivery is None:
        return show(number, code=200 if request.method == "GET" else 409, toast=GONE, is_error=True)
    return act(found, delivery, form)


def _change(number: str, found: Detail, delivery: FulfillmentOrder, form: Form) -> Response:
    at, request_id = _wanted(found, delivery, form), form.request_id()
    if at is None:
        return _page(number, delivery, form, code=422)
    if request_id is None:
        was, now = day(delivery.fulfill_at, g.shop.zone), day(at, g.shop.zone)
        sentences = [
            _("Delivery %(number)s comes on %(now)s instead of %(was)s.", number=delivery.number, now=now, was=was),
            _("The other deliveries stay."),
        ]
        return _page(number, delivery, form, sentences=sentences, request_id=str(uuid4()))
    asked_at, actor = ctx().clock.now(), f"merchant:{g.user_id}"
    with ctx().db.session() as session:
        order = session.get_one(Order, delivery.order_id)
        for each in _together(found, delivery):
            kept = {"shipment": each.shopify_gid, "at": at.isoformat()}
            key = f"form:{request_id}:{number_of(each.shopify_gid)}"
            ask.wish(session, found.contract, order, NewDay(**kept), kept, key, actor, asked_at)
    ctx().wakeups.wake("alignments")
    return show(number, toast=DONE)


def _together(found: Detail, delivery: FulfillmentOrder) -> list[FulfillmentOrder]:
    """What ships on one day, from however many places, is one delivery."""
    mine = (delivery.order_id, delivery.number)
    return [each for each in found.deliveries if (each.order_id, each.number) == mine]


def _wanted(found: Detail, delivery: FulfillmentOrder, form: Form) -> datetime | None:
    """When it shall come; None with an error at the field."""
    if form.choice("how", ("move", "skip")) == "skip":
        return days.after_last(found.deliveries, found.contract.delivery_policy, g.shop.zone)
    try:
        at = days.on_day(delivery, date.fromisoformat(form.typed.get("to", "").strip()), g.shop.zone)
    except (ValueError, OverflowError):
        form.errors["to"] = _("Enter a day as YYYY-MM-DD.")
        return None
    if at <= ctx().clock.now():
        form.errors["to"] = _("Choose a day after today.")
    elif at.year - ctx().clock.now().year > 3:
        form.errors["to"] = _("Choose a day within three years.")
    elif at == delivery.fulfill_at:
        form.errors["to"] = _("It comes on this day already.")
    return at if form.is_valid else None


def _page(number: str, delivery: FulfillmentOrder, form: Form, *, code: int = 200, **values: object) -> Response:
    return render.page(
        "contract/paid/delivery.html",
        title=_("Move or skip delivery %(number)s", number=delivery.number),
        code=code,
        number=number,
        action=url_for("admin.change_paid_delivery", number=number),
        shipment=number_of(delivery.shopify_gid),
        on=delivery.fulfill_at,
        typed=form.typed,
        errors=form.errors,
        **values,
    )
