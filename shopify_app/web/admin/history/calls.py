"""Calls to Shopify about a subscription, in a merchant's words: what was asked, by whom, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from flask import g

from shopify_app.billing.models import FAILED, REFUSED, SETTLED, UNKNOWN, BillingAttempt
from shopify_app.cards import asking
from shopify_app.cards.models import CardRequest
from shopify_app.edits.models import DONE, REQUESTED, ContractEdit, CycleEdit
from shopify_app.orders.alignment.models import DONE as ALIGNED
from shopify_app.orders.alignment.models import TASK, OrderAlignment
from shopify_app.web.admin import card_words, words
from shopify_app.web.admin.sentence import by
from shopify_app.web.format import day, plural

OF_SUBSCRIPTION = {
    "pause": "to pause the subscription",
    "resume": "to resume the subscription",
    "reactivate": "to reactivate the subscription",
    "cancel": "to cancel the subscription",
    "quantity": "for another quantity",
    "swap": "to swap an item",
    "remove": "to remove an item",
    "add": "to add an item",
    "frequency": "for another frequency",
    "address": "for another address",
    "delivery": "for another delivery",
    "note": "for another note",
    "out_of_stock": "to keep the out-of-stock preference",
    "discount": "to apply a discount code",
    "manual_discount": "to add a discount",
    "remove_discount": "to remove a discount",
    "payment_method": "for another payment method",
    "backup_method": "to keep the backup payment method",
    "day": "to move all dates",
}
OF_DATE = {
    "skip": "to skip it",
    "unskip": "to bring it back",
    "move": "for another date",
    "order_now": "to order it now",
    "contents": "for other contents",
    "order_address": "for another address of this order alone",
    "restore": "to undo its changes",
}
OF_ORDER = {"address": "for another address", "items": "for other items", "day": "for another day of its delivery"}
UNDER_WAY = "No answer is known yet; Perennial looks."
DID = "Done."


class Call(NamedTuple):
    """`words` and `tone` as a sentence has; `outcome`; `key`: the request's own, by which it acts once at most.

    `ended_at`: when the outcome was known (business time). `notes`: what else the row says, for who looks closely.
    """

    words: str
    tone: str
    outcome: str
    key: str
    ended_at: datetime | None
    notes: tuple[str, ...] = ()


def charge(row: BillingAttempt) -> Call:
    """Return a charge that was asked for, or that one of the checks before it did not let through."""
    of = f"the order of {day(row.expected_at, g.shop.zone)}" if row.expected_at else f"billing date {row.cycle_index}"
    asked = f"Shopify was asked to charge {of}, try {row.attempt_number}."
    if row.state == REFUSED:
        asked = f"Shopify was not asked to charge {of}."
    tone = {SETTLED: "success", FAILED: "critical", REFUSED: "neutral", UNKNOWN: "warning"}.get(row.state, "neutral")
    outcome = f"{words.attempt_badge(row).words}. {words.attempt_words(row)}".strip()
    notes = [f"Shopify's code: {row.error_code}"] if row.error_code else []
    notes += [f"Looked up {plural(row.reads, 'time')}"] if row.reads else []
    notes += [f"Order {row.order_name}"] if row.order_name else []
    return Call(asked, tone, outcome, row.idempotency_key, row.completed_at, tuple(notes))


def of_subscription(row: ContractEdit) -> Call:
    """Return an edit of the whole subscription."""
    what = OF_SUBSCRIPTION.get(row.action, f"for {row.action.replace('_', ' ')}")
    return _edit(f"Shopify was asked {what}{by(row.actor)}.", row)


def of_date(row: CycleEdit) -> Call:
    """Return an edit of one date."""
    what = OF_DATE.get(row.action, f"for {row.action.replace('_', ' ')}")
    return _edit(f"Shopify was asked about billing date {row.cycle_index}, {what}{by(row.actor)}.", row)


def _edit(asked: str, row: ContractEdit | CycleEdit) -> Call:
    if row.state == REQUESTED:
        return Call(asked, "warning", UNDER_WAY, row.request_id, None)
    if row.state == DONE:
        return Call(asked, "neutral", DID, row.request_id, row.finished_at)
    return Call(asked, "warning", f"Not done. {row.words or ''}".strip(), row.request_id, row.finished_at)


def of_order(row: OrderAlignment) -> Call:
    """Return the change of an order that is paid already: held, changed and released in several calls."""
    what = OF_ORDER.get(row.kind, "for a change")
    asked = f"Shopify was asked about the paid order {row.order_name}, {what}{by(row.actor)}."
    outcome = {ALIGNED: DID, TASK: f"Left to a person. {words.reason(row.reason)}".strip()}.get(row.state, UNDER_WAY)
    tone = {ALIGNED: "neutral", TASK: "critical"}.get(row.state, "warning")
    notes = ["Held meanwhile"] if row.held_at else []
    notes += [f"Change sent {plural(row.edits_sent, 'time')}"] if row.edits_sent else []
    notes += [words.reason(row.trouble)] if row.trouble else []
    return Call(asked, tone, outcome, row.handle, row.finished_at, tuple(notes))


def of_card(row: CardRequest) -> Call:
    """Return a request for another card."""
    asked = f"Shopify was asked for another card: {card_words.HOW[row.how].lower()}{by(row.actor)}."
    state = asking.state(row)
    days = (row.outcome_at - row.asked_at).days if row.outcome_at else 0
    tone = "neutral" if state == "sent" else "warning"
    return Call(asked, tone, card_words.came_of(state, row.outcome, days), row.request_id, row.outcome_at)


def call(row: Any) -> Call:
    """Return any row that keeps a call."""
    for model, tell in _TELL.items():
        if isinstance(row, model):
            found: Call = tell(row)
            return found
    raise TypeError(type(row).__name__)


_TELL: dict[type, Any] = {
    BillingAttempt: charge,
    ContractEdit: of_subscription,
    CycleEdit: of_date,
    OrderAlignment: of_order,
    CardRequest: of_card,
}
