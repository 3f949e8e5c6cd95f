"""Which of the journal's facts are a shopper's business. A test holds both lists against all kinds the code tells."""

from __future__ import annotations

from shopify_app.edits.contract.actions import ACTIONS

TOLD = (
    "subscription.started",
    "subscription.paused",
    "subscription.resumed",
    "subscription.reactivated",
    "subscription.cancelled",
    "subscription.withdrawn",
    "subscription.expired",
    "subscription.failed",
    "subscription.item_added",
    "subscription.item_removed",
    "subscription.item_swapped",
    "subscription.quantity_changed",
    "subscription.price_changed",
    "subscription.frequency_changed",
    "subscription.address_changed",
    "subscription.delivery_changed",
    "subscription.note_changed",
    "subscription.out_of_stock_changed",
    "subscription.discount_added",
    "subscription.discount_removed",
    "subscription.payment_method_changed",
    "subscription.backup_method_changed",
    "payment_method.asked",
    "payment_method.updated",
    "payment_method.removed",
    "order.processed",
    "order.skipped",
    "order.unskipped",
    "order.moved",
    "order.contents_changed",
    "order.address_changed",
    "order.items_changed",
    "order.rescheduled",
    "charge.failed",
    "charge.challenged",
    "payment.card_changed",
    "payment.backup_tried",
    "payment.method_restored",
    "payment.recovered",
    "payment.exhausted",
    "stock.low",
    "stock.out",
    "stock.discontinued",
    "stock.chosen",
    "stock.substituted",
    "stock.delayed",
    "stock.skipped",
    "stock.partially_filled",
    "stock.back",
)
"""What a shopper's timeline tells."""

ASKED_FOR = (
    *(f"subscription.{name}_requested" for name in ACTIONS),
    "subscription.edit_rejected",
    "order.skip_requested",
    "order.unskip_requested",
    "order.move_requested",
    "order.order_now_requested",
    "order.contents_requested",
    "order.edit_rejected",
    "charge.asked_for",
)
"""Requests and refusals: whoever asked was answered, and what came of it is told."""
MAILED = ("order.upcoming", "order.changed", "delivery.upcoming", "delivery.changed", "payment_method.expiring")
"""Moments at which a mail is due. What such a mail is about is told by itself."""
OF_STAFF = (
    "charge.parked",
    "charge.released",
    "charge.duplicate",
    "charging.stopped",
    "charging.started",
    "payment.retries_asked_for",
    "order.held",
    "order.released",
    "task.opened",
    "task.done",
    "task.reopened",
    "staff_note.deleted",
)
"""Between us and the shop's staff."""
OF_PAYMENT = (
    "payment.at_risk",
    "payment.planned",
    "payment.failed",
    "payment.action_required",
    "payment.case_closed",
    "payment.waits_for_merchant",
    "payment.method_kept",
)
"""How a failed charge is followed up; that it failed, is tried with another card, and how it ended is told."""
OF_SHOP = (
    "payment.ladder_changed",
    "payment.marking_changed",
    "cards.leads_changed",
    "rules.changed",
    "leaving.changed",
    "stock.rules_changed",
    "links.mode_changed",
    "mail.settings_changed",
    "language.changed",
    "flow.settings_changed",
    "notices.leads_changed",
    "plans.created",
    "plans.plan_added",
    "plans.plan_changed",
    "plans.plan_removed",
    "plans.renamed",
    "plans.deleted",
    "plans.attached",
    "plans.detached",
)
"""What the shop decides for all its subscriptions."""
UNTOLD = (*ASKED_FOR, *MAILED, *OF_STAFF, *OF_PAYMENT, *OF_SHOP)
"""What it does not tell, by why."""
