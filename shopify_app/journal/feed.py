"""What changed across all subscriptions, as far as whoever packs and ships has to know it.

Read forwards it is a feed for programs, read backwards a page for people. Facts hold no personal data: an address or
a note stands on the subscription itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from shopify_app.journal.models import Fact

GROUPS = {
    "dates": ("order.skipped", "order.unskipped", "order.moved", "order.rescheduled"),
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
        "stock.back",
    ),
    "at_risk": ("payment.at_risk", "payment.recovered", "payment.exhausted"),
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
SETTLED = "1 minute"
"""Machine time after which no open transaction can still add a fact with a smaller id: none of ours lasts as long."""


def feed(
    session: Session, shop_id: int, after_id: int = 0, limit: int = 100, kinds: Iterable[str] = KINDS
) -> Sequence[Fact]:
    """Return changes with an id above `after_id`, oldest first: asked with the last id one has, none is missed.

    What was written within the last minute comes with a later call.
    """
    settled = Fact.recorded_at < func.now() - text(f"interval '{SETTLED}'")
    query = _mine(shop_id, kinds).where(Fact.id > after_id, settled)
    return session.scalars(query.order_by(Fact.id).limit(limit)).all()


def latest(
    session: Session, shop_id: int, before_id: int | None = None, limit: int = 50, kinds: Iterable[str] = KINDS
) -> Sequence[Fact]:
    """Return changes with an id below `before_id` (None: all), newest first."""
    query = _mine(shop_id, kinds)
    query = query if before_id is None else query.where(Fact.id < before_id)
    return session.scalars(query.order_by(Fact.id.desc()).limit(limit)).all()


def _mine(shop_id: int, kinds: Iterable[str]) -> Select[Fact]:
    # that subscriptions got another method is told by a fact of each, too
    is_repeated = func.coalesce(Fact.data["why"].astext, "") == "replaced"
    return select(Fact).where(Fact.shop_id == shop_id, Fact.kind.in_(tuple(kinds)), ~is_repeated)
