"""What a paid order holds, changed before it is shipped. Shopify is asked what it holds now: our mirror is thin."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import uuid4

from flask import Response, g, request, url_for

from shopify_app.edits.contract import goods
from shopify_app.edits.contract.goods import Good
from shopify_app.edits.contract.lines import MOST
from shopify_app.gateways.shopify import order_edits
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.gateways.shopify.order_edits import OrderLine, OrderToShip
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.orders.alignment import ask
from shopify_app.orders.alignment.wishes import NewQuantities, held_of
from shopify_app.orders.models import Order
from shopify_app.shops.tokens import with_client
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.contract import find, missing, show
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

log = logging.getLogger(__name__)

GONE = N_("This order is shipped, cancelled, or not one of this subscription.")
SILENT = N_("Shopify does not show this order right now. Please try again in a minute.")
DONE = N_("Asked for. The order is held, changed and released within a minute; what cannot be done becomes a task.")
PATIENCE = 1.0
"""Seconds (machine time) that a person waits for a throttled read."""
Act = Callable[[Detail, Order, OrderToShip, Form], Response]


@blueprint.get("/contracts/<number>/paid_order")
@merchant
def paid_order(number: str) -> Response:
    """The form for one order."""
    return _on(number, Form(request.args), lambda found, order, seen, form: _page(number, found, order, seen, form))


@blueprint.post("/contracts/<number>/paid_order")
@merchant
def change_paid_order(number: str) -> Response:
    """Shown in words first; with the preview's request id, asked for once."""
    return _on(number, Form(request.form), lambda found, order, seen, form: _change(number, found, order, seen, form))


def _on(number: str, form: Form, act: Act) -> Response:
    found, given = find(number), form.typed.get("order", "")
    if found is None:
        return missing()
    order = next((each for each in found.orders if number_of(each.shopify_gid) == given), None)
    if order is None or not ask.is_to_ship(order):
        return show(number, code=200 if request.method == "GET" else 409, toast=GONE, is_error=True)
    gid = order.shopify_gid
    try:
        seen = with_client(ctx(), g.shop.id, lambda client: order_edits.read(client, gid, PATIENCE))
    except ShopifyError as error:
        log.warning("a paid order cannot be shown", extra={"shop": g.shop.domain, "error": str(error)})
        return show(number, code=200 if request.method == "GET" else 503, toast=SILENT, is_error=True)
    return act(found, order, seen, form) if seen else show(number, code=409, toast=GONE, is_error=True)


def _change(number: str, found: Detail, order: Order, seen: OrderToShip, form: Form) -> Response:
    wanted, request_id = _wanted(found, seen, form), form.request_id()
    if wanted is None:
        return _page(number, found, order, seen, form, code=422)
    if request_id is None:
        titles = {line.variant_gid: _title(line.title, line.variant_title) for line in seen.lines}
        titles |= {good.variant_gid: _title(good.title, good.variant_title) for good in _goods(found)}
        held = held_of(seen)
        sentences = [
            _("%(titles)s: %(count)s instead of %(held)s.", titles=titles[gid], count=count, held=held[gid])
            for gid, count in wanted.items()
        ]
        return _page(number, found, order, seen, form, sentences=sentences, request_id=str(uuid4()))
    kept = {"variants": wanted}
    with ctx().db.session() as session:
        key, actor = f"form:{request_id}", f"merchant:{g.user_id}"
        ask.wish(session, found.contract, order, NewQuantities(**kept), kept, key, actor, ctx().clock.now())
    ctx().wakeups.wake("alignments")
    return show(number, toast=DONE)


def _wanted(found: Detail, seen: OrderToShip, form: Form) -> dict[str, int] | None:
    """The variants that shall be held in another number; None with an error at the field."""
    held, wanted = held_of(seen), dict[str, int]()
    for gid in _variants(found, seen):
        quantity = form.whole_number(f"quantity_{number_of(gid)}", 0, MOST)
        if quantity is not None and quantity != held[gid]:
            wanted[gid] = quantity
    if added := form.typed.get("variant"):
        quantity = form.whole_number("quantity", 1, MOST)
        if added not in {good.variant_gid for good in _goods(found)} or held[added]:
            form.errors["variant"] = _("Choose one of the options.")
        elif quantity is not None:
            wanted[added] = quantity
    if form.is_valid and not wanted:
        form.errors["order"] = _("The order holds this already.")
    if form.is_valid and not sum((held | wanted).values()):
        form.errors["order"] = _("An order needs at least one item. Cancel it in Shopify instead.")
    return wanted if form.is_valid else None


def _variants(found: Detail, seen: OrderToShip) -> dict[str, OrderLine]:
    """What can be changed: what the order holds of this subscription, or of none."""
    mine = (found.contract.shopify_gid, None)
    return {li.variant_gid: li for li in seen.lines if li.variant_gid and li.quantity and li.contract_gid in mine}


def _goods(found: Detail) -> list[Good]:
    with ctx().db.session() as session:
        return goods.for_more(session, session.merge(found.contract, load=False))


def _title(title: str, variant: str | None) -> str:
    return f"{title}, {variant}" if variant and variant != "Default Title" else title


def _page(
    number: str, found: Detail, order: Order, seen: OrderToShip, form: Form, *, code: int = 200, **values: object
) -> Response:
    held = held_of(seen)
    return render.page(
        "contract/paid/order.html",
        title=_("Change what %(name)s holds", name=order.name),
        code=code,
        number=number,
        action=url_for("admin.change_paid_order", number=number),
        order=number_of(order.shopify_gid),
        items=[
            {"name": f"quantity_{number_of(gid)}", "label": _title(line.title, line.variant_title), "held": held[gid]}
            for gid, line in _variants(found, seen).items()
        ],
        goods=[good for good in _goods(found) if not held[good.variant_gid]],
        most=MOST,
        currency=seen.currency,
        typed=form.typed,
        errors=form.errors,
        **values,
    )
