"""Calls to Shopify about a subscription, in a merchant's words: what was asked, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from flask import g

from shopify_app.billing.models import FAILED, REFUSED, SETTLED, UNKNOWN, BillingAttempt
from shopify_app.cards import asking
from shopify_app.cards.models import CardRequest
from shopify_app.edits.models import DONE, REQUESTED, ContractEdit, CycleEdit
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.orders.alignment.models import DONE as ALIGNED
from shopify_app.orders.alignment.models import TASK, OrderAlignment
from shopify_app.web.admin import card_words, words
from shopify_app.web.admin.sentence import by
from shopify_app.web.format import day

OF_SUBSCRIPTION = {
    "pause": N_("Shopify was asked to pause the subscription."),
    "resume": N_("Shopify was asked to resume the subscription."),
    "reactivate": N_("Shopify was asked to reactivate the subscription."),
    "cancel": N_("Shopify was asked to cancel the subscription."),
    "quantity": N_("Shopify was asked for another quantity."),
    "swap": N_("Shopify was asked to swap an item."),
    "remove": N_("Shopify was asked to remove an item."),
    "add": N_("Shopify was asked to add an item."),
    "frequency": N_("Shopify was asked for another frequency."),
    "address": N_("Shopify was asked for another address."),
    "delivery": N_("Shopify was asked for another delivery."),
    "note": N_("Shopify was asked for another note."),
    "discount": N_("Shopify was asked to apply a discount code."),
    "manual_discount": N_("Shopify was asked to add a discount."),
    "remove_discount": N_("Shopify was asked to remove a discount."),
    "payment_method": N_("Shopify was asked for another payment method."),
    "price_step": N_("Shopify was asked for the price that follows."),
    "withdraw": N_("Shopify was asked to end the subscription, which the shopper withdrew from."),
    "stay_discount": N_("Shopify was asked to add the discount that the shopper took instead of cancelling."),
}
"""Action of an edit of the whole subscription → what was asked."""
OF_DATE: dict[str, Callable[[int], str]] = {
    "skip": lambda number: _("Shopify was asked to skip billing date %(number)s.", number=number),
    "unskip": lambda number: _("Shopify was asked to bring billing date %(number)s back.", number=number),
    "move": lambda number: _("Shopify was asked to move billing date %(number)s.", number=number),
    "order_now": lambda number: _("Shopify was asked to make billing date %(number)s today.", number=number),
    "contents": lambda number: _("Shopify was asked for other contents of billing date %(number)s.", number=number),
    "order_address": lambda number: _("Shopify was asked to send billing date %(number)s elsewhere.", number=number),
    "own_price": lambda number: _("Shopify was asked for the price of billing date %(number)s alone.", number=number),
    "restore": lambda number: _("Shopify was asked to undo the changes of billing date %(number)s.", number=number),
}
OF_ORDER: dict[str, Callable[[str], str]] = {
    "address": lambda order: _("Shopify was asked for another address of the paid order %(order)s.", order=order),
    "items": lambda order: _("Shopify was asked for other items in the paid order %(order)s.", order=order),
    "day": lambda order: _(
        "Shopify was asked for another day of a delivery of the paid order %(order)s.", order=order
    ),
}
OTHER = N_("Shopify was asked for a change.")
UNDER_WAY = N_("No answer is known yet; Perennial looks.")
DID = N_("Done.")
SENT_FOR = {
    "mail": N_("Shopify was asked to mail a link for another card."),
    "link": N_("Shopify was asked for a link into Shop Pay."),
}


class Call(NamedTuple):
    """`words` and `tone` as a sentence has; `outcome`; `key`: the request's own, by which it acts once at most.

    `ended_at`: when the outcome was known (business time). `notes`: what else the row says, for who looks closely;
    `told`: who asked.
    """

    words: str
    tone: str
    outcome: str
    key: str
    ended_at: datetime | None
    notes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def charge(row: BillingAttempt) -> Call:
    """Return a charge that was asked for, or that one of the checks before it did not let through."""
    on = day(row.expected_at, g.shop.zone) if row.expected_at else f"#{row.cycle_index}"
    asked = _("Shopify was asked to charge the order of %(day)s, try %(number)s.", day=on, number=row.attempt_number)
    if row.state == REFUSED:
        asked = _("Shopify was not asked to charge the order of %(day)s.", day=on)
    tone = {SETTLED: "success", FAILED: "critical", UNKNOWN: "warning"}.get(row.state, "neutral")
    outcome = f"{words.attempt_badge(row).words}. {words.attempt_words(row)}".strip()
    notes = [_("Shopify's code: %(code)s", code=row.error_code)] if row.error_code else []
    notes += [ngettext("Looked up %(num)s time", "Looked up %(num)s times", row.reads)] if row.reads else []
    notes += [_("Order %(name)s", name=row.order_name)] if row.order_name else []
    return Call(asked, tone, outcome, row.idempotency_key, row.completed_at, tuple(notes))


def of_subscription(row: ContractEdit) -> Call:
    """Return an edit of the whole subscription."""
    return _edit(str(OF_SUBSCRIPTION.get(row.action, OTHER)), row)


def of_date(row: CycleEdit) -> Call:
    """Return an edit of one date."""
    return _edit(OF_DATE[row.action](row.cycle_index) if row.action in OF_DATE else str(OTHER), row)


def _edit(asked: str, row: ContractEdit | CycleEdit) -> Call:
    if row.state == REQUESTED:
        return Call(asked, "warning", str(UNDER_WAY), row.request_id, None)
    if row.state == DONE:
        return Call(asked, "neutral", str(DID), row.request_id, row.finished_at)
    outcome = _("Not done. %(why)s", why=row.words or "").strip()
    return Call(asked, "warning", outcome, row.request_id, row.finished_at)


def of_order(row: OrderAlignment) -> Call:
    """Return the change of an order that is paid already: held, changed and released in several calls."""
    asked = OF_ORDER[row.kind](row.order_name) if row.kind in OF_ORDER else str(OTHER)
    outcome, tone = str(UNDER_WAY), "warning"
    if row.state == ALIGNED:
        outcome, tone = str(DID), "neutral"
    elif row.state == TASK:
        outcome, tone = _("Left to a person. %(why)s", why=words.reason(row.reason)).strip(), "critical"
    notes = [_("Held meanwhile")] if row.held_at else []
    sent = row.edits_sent
    notes += [ngettext("Change sent %(num)s time", "Change sent %(num)s times", sent)] if sent else []
    notes += [words.reason(row.trouble)] if row.trouble else []
    return Call(asked, tone, outcome, row.handle, row.finished_at, tuple(notes))


def of_card(row: CardRequest) -> Call:
    """Return a request for another card."""
    state = asking.state(row)
    days = (row.outcome_at - row.asked_at).days if row.outcome_at else 0
    came_of = card_words.came_of(state, row.outcome, days)
    asked = str(SENT_FOR.get(row.how, OTHER))
    return Call(asked, "neutral" if state == "sent" else "warning", came_of, row.request_id, row.outcome_at)


def call(row: Any) -> Call:
    """Return any row that keeps a call."""
    for model, tell in _TELL.items():
        if isinstance(row, model):
            found: Call = tell(row)
            who = by(getattr(row, "actor", "")).strip()
            return found._replace(told=(who,)) if who else found
    raise TypeError(type(row).__name__)


_TELL: dict[type, Any] = {
    BillingAttempt: charge,
    ContractEdit: of_subscription,
    CycleEdit: of_date,
    OrderAlignment: of_order,
    CardRequest: of_card,
}
