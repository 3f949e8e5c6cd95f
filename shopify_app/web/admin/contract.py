"""One subscription: what is in it, who pays how, what comes next, and everything that happened."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from flask import Response, g

from shopify_app.billing.models import DUPLICATE, BillingAttempt
from shopify_app.contracts import contents
from shopify_app.contracts.cycles import total_of
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.contracts.staff_notes import LONGEST
from shopify_app.edits.contract import out_of_stock
from shopify_app.gateways.shopify.delivery_methods import SHIPPING
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.orders.alignment import ask
from shopify_app.orders.models import Order
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import (
    addresses,
    blueprint,
    card_aside,
    delivery_words,
    detail,
    line_prices,
    offers,
    render,
    words,
)
from shopify_app.web.admin.detail import Detail
from shopify_app.web.admin.history import kinds, line
from shopify_app.web.admin.payments import telling

_MISSING = {
    (True, True): "",
    (False, True): N_("No name."),
    (True, False): N_("No mail."),
    (False, False): N_("No name and no mail."),
}
"""Whether name and mail are known → what is missing."""
NOT_GRANTED = N_(
    "Shopify has not sent it: it is not on the customer, or access to customer data has not been granted."
)

Values = dict[str, Any]

NEWEST = 20
"""Entries of what happened."""


@blueprint.get("/contracts/<number>")
@merchant
def contract(number: str) -> Response:
    """A contract by the number at the end of its Shopify id."""
    return show(number)


def show(
    number: str,
    *,
    code: int = 200,
    toast: str = "",
    is_error: bool = False,
    undo: offers.Undo | None = None,
    card_link: str | None = None,
    note: Values | None = None,
) -> Response:
    """Render a contract's page as it is now; with a toast after something was done or refused, and what undoes it.

    `card_link`: a link into Shop Pay that was asked for, shown this once. `note`: a note for staff as it was typed,
    with what is wrong with it.
    """
    found = find(number)
    if found is None:
        return missing()
    values = _values(found, ctx().clock.now()) | {"toast": toast, "toast_is_error": is_error, "undo": undo}
    values |= _newest(found.contract) | {
        "card_link": card_link,
        "note_form": _note_form(found.shopper) | (note or {}),
    }
    return render.page("contract/page.html", title=_("Subscription #%(number)s", number=number), code=code, **values)


def find(number: str) -> Detail | None:
    """Read this shop's contract of that number; None when there is none."""
    if not (number.isascii() and number.isdigit()):
        return None
    with ctx().db.session() as session:
        return detail.read(session, g.shop.id, number, ctx().clock.now())


def missing() -> Response:
    """Render the page for a number that is none of this shop's."""
    return render.page("contract/missing.html", title=_("Subscription not found"), code=404)


def _newest(contract: Contract) -> Values:
    """What happened last; the rest stands on a page of its own."""
    with ctx().db.session() as session:
        shown = line.read(session, contract, kinds.ALL, None, NEWEST)
    return {"timeline": shown.entries, "has_older": bool(shown.following)}


def _note_form(shopper: Shopper | None) -> Values:
    is_erased = shopper is not None and shopper.redacted_at is not None
    return {"typed": "", "error": "", "request_id": str(uuid4()), "longest": LONGEST, "erased": is_erased}


def _values(found: Detail, now: datetime) -> Values:
    contract, today = found.contract, now.astimezone(g.shop.zone).date()
    next_on = contract.next_charge_at.astimezone(g.shop.zone).date() if contract.next_charge_at else None
    is_active = contract.status == ACTIVE
    return {
        "number": number_of(contract.shopify_gid),
        "status": words.status(contract.status),
        "currency": contract.currency,
        "billing": contract.billing_policy,
        "delivery": contract.delivery_policy if contract.is_prepaid else None,
        "next_on": next_on if is_active else None,
        "next_total": contract.next_charge_total,
        "resumes_at": found.resumes_at,
        "next_is_own": any(c.contents and c.expected_at == contract.next_charge_at for c in found.cycles),
        "shipping": contract.delivery_price,
        "started_at": contract.shopify_created_at,
        "note": contract.note,
        "out_of_stock": out_of_stock.said(contract.out_of_stock) if contract.out_of_stock else None,
        "cancel_comment": found.cancel_comment,
        "failing": [telling.row(row, found.ladders, now) for row in found.failing],
        "parked": words.reason(contract.parked_reason),
        "refund": _refund(found),
        "stopped_at": contract.billing_stopped_at,
        "stopped_reason": words.reason(contract.billing_stopped_reason),
        "changes": offers.of_contract(contract),
        "line_changes": offers.of_line(contract),
        "lines": _lines(found),
        "discounts": [_discount(discount) for discount in contract.discounts],
        "customer": _customer(found.shopper, contract),
        "method": _method(found.method, today, next_on if is_active else None),
        "card": card_aside.values(found, now),
        "address": _address(contract),
        "cycles": [_cycle(cycle, found, now) for cycle in found.cycles],
        "attempts": [_attempt(attempt) for attempt in found.attempts],
        "orders": [_order(order) for order in found.orders],
        "deliveries": [
            {"on": each.fulfill_at, "number": each.number, "shipment": number_of(each.shopify_gid)}
            for each in found.deliveries
        ],
    }


def _lines(found: Detail) -> list[Values]:
    contract = found.contract
    following = {
        each.line.shopify_gid: line_prices.said(each, contract.currency, g.shop.zone) for each in found.prices
    }
    return [
        {
            "gid": line.shopify_gid,
            "title": line.title,
            "variant": line.variant_title if line.variant_title != "Default Title" else None,
            "sku": line.sku,
            "image": line.image_url,
            "quantity": line.quantity,
            "price": line.current_price,
            "total": line.discounted_price,
            "prices": following.get(line.shopify_gid),
        }
        for line in contract.lines
    ]


def _discount(discount: Values) -> Values:
    amount = discount.get("amount")
    return {
        "title": discount.get("title") or _("Discount"),
        "percentage": discount.get("percentage"),
        "amount": None if amount is None else Decimal(str(amount)),
    }


def _customer(shopper: Shopper | None, contract: Contract) -> Values:
    link = render.admin_link(f"customers/{number_of(contract.customer_gid)}") if contract.customer_gid else None
    if shopper is None:
        return {"label": _("Customer not known"), "mail": None, "phone": None, "link": link, "missing": NOT_GRANTED}
    has_name = bool(shopper.first_name or shopper.last_name)
    missing = _MISSING[has_name, bool(shopper.email)]
    return {
        "label": shopper.label,
        "mail": shopper.email,
        "phone": shopper.phone,
        "link": link,
        "missing": f"{missing} {NOT_GRANTED}" if missing else "",
    }


def _method(method: PaymentMethod | None, today: date, next_on: date | None) -> Values:
    return {
        "label": method.label[:1].upper() + method.label[1:] if method else _("None"),
        "expires_on": method.expires_on if method else None,
        "warning": words.payment_warning(method, today, next_on),
        "revoked": words.reason(method.revoked_reason) if method and method.revoked_at else "",
    }


def _address(contract: Contract) -> Values:
    method = contract.delivery_method or {}
    return {
        "kind": delivery_words.KINDS.get(method.get("type", ""), delivery_words.KINDS[SHIPPING]),
        "title": method.get("title"),
        "location": method.get("location"),
        "phone": method.get("phone"),
        "lines": addresses.lines(method),
        "needs_address": method.get("type") != "pickup" and any(line.requires_shipping for line in contract.lines),
    }


def _refund(found: Detail) -> Values | None:
    """The order that was paid for a second time, to be refunded where orders live: in Shopify."""
    extra = next((attempt for attempt in found.attempts if attempt.state == DUPLICATE and attempt.order_gid), None)
    if extra is None or extra.order_gid is None or not found.contract.parked_reason:
        return None
    return {"order": extra.order_name, "link": render.admin_link(f"orders/{number_of(extra.order_gid)}")}


def _cycle(cycle: BillingCycle, found: Detail, now: datetime) -> Values:
    contract, today = found.contract, now.astimezone(g.shop.zone).date()
    state = words.Badge(_("Planned"), "info")
    if cycle.parked_reason:
        state = words.Badge(_("Needs you"), "caution")
    elif cycle.held_reason:
        state = words.Badge(_("Held"), "caution")
    elif cycle.skipped:
        state = words.Badge(_("Skipped"), "neutral")
    elif cycle.attempted_at:
        state = words.Badge(_("Failed"), "critical")
    elif cycle.due_at and cycle.due_at.astimezone(g.shop.zone).date() < today:
        state = words.Badge(_("Late"), "warning")
    return {
        "index": cycle.cycle_index,
        "on": cycle.due_at or cycle.expected_at,
        "state": state,
        "edited": cycle.edited and not cycle.skipped,
        "why": words.reason(cycle.parked_reason or cycle.held_reason),
        "until": cycle.held_until,
        "amount": None if cycle.skipped else total_of(contract, cycle),
        "own": None if cycle.skipped else _own_contents(cycle, contract),
        "actions": offers.of_cycle(cycle, found, g.shop, now),
    }


def _own_contents(cycle: BillingCycle, contract: Contract) -> Values | None:
    """What an edit of this date alone put into its order, None for an order of what the subscription holds."""
    if cycle.contents is None:
        return None
    order = contents.parsed(cycle.contents)
    sent_to = addresses.lines(order.delivery_method)
    return {
        "holds": ", ".join(order.names),
        "shipping": order.delivery_price,
        "address": ", ".join(sent_to) if sent_to != addresses.lines(contract.delivery_method) else None,
        "note": order.note if order.note != contract.note else None,
    }


def _attempt(attempt: BillingAttempt) -> Values:
    return {
        "at": attempt.completed_at or attempt.requested_at or attempt.written_at,
        "cycle": attempt.cycle_index,
        "state": words.attempt_badge(attempt),
        "words": words.attempt_words(attempt),
        "amount": attempt.amount,
        "currency": attempt.currency,
        "order": attempt.order_name,
        "order_link": render.admin_link(f"orders/{number_of(attempt.order_gid)}") if attempt.order_gid else None,
    }


def _order(order: Order) -> Values:
    return {
        "name": order.name,
        "link": render.admin_link(f"orders/{number_of(order.shopify_gid)}"),
        "at": order.shopify_created_at,
        "total": order.total,
        "currency": order.currency,
        "paid": words.spelled(order.financial_status),
        "fulfilled": words.spelled(order.fulfillment_status),
        "number": number_of(order.shopify_gid) if ask.is_to_ship(order) else None,
        "gone": _("Deleted in Shopify") if order.deleted_at else _("Cancelled") if order.cancelled_at else "",
    }
