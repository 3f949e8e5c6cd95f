"""Which facts whoever packs and ships has to know, in groups as a page offers them.

Facts hold no personal data: an address or a note stands on the subscription itself. Here is the list alone; what
becomes of it is `fulfillment`'s.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, func

from shopify_app.journal.models import Fact

GROUPS = {
    "dates": ("order.skipped", "order.unskipped", "order.moved", "order.rescheduled", "delivery.changed"),
    "items": (
        "order.contents_changed",
        "order.items_changed",
        "subscription.item_added",
        "subscription.item_removed",
        "subscription.item_swapped",
        "subscription.quantity_changed",
        "subscription.frequency_changed",
    ),
    "delivery": (
        "subscription.address_changed",
        "order.held",
        "order.address_changed",
        "order.released",
        "subscription.delivery_changed",
        "subscription.note_changed",
        "subscription.out_of_stock_changed",
    ),
    "payment": (
        "subscription.payment_method_changed",
        "subscription.backup_method_changed",
        "payment_method.updated",
        "payment_method.removed",
        "subscription.discount_added",
        "subscription.discount_removed",
    ),
    "stock": (
        "stock.low",
        "stock.out",
        "stock.discontinued",
        "stock.chosen",
        "stock.substituted",
        "stock.delayed",
        "stock.skipped",
        "stock.partially_filled",
        "stock.back",
    ),
    "at_risk": (
        "payment.at_risk",
        "payment.recovered",
        "payment.exhausted",
        "charge.parked",
        "charge.released",
        "charge.duplicate",
    ),
    "tasks": ("task.opened", "task.done", "task.reopened"),
    "status": (
        "subscription.started",
        "subscription.paused",
        "subscription.resumed",
        "subscription.reactivated",
        "subscription.cancelled",
        "subscription.expired",
        "subscription.failed",
    ),
}
KINDS = tuple(kind for kinds in GROUPS.values() for kind in kinds)
GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


def is_repeated() -> ColumnElement[bool]:
    """A fact that tells again what others tell: that subscriptions got another method is told by a fact of each."""
    return func.coalesce(Fact.data["why"].astext, "") == "replaced"
