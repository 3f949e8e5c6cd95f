"""What the Insights page calls things, and how each is counted."""

from __future__ import annotations

from shopify_app.contracts.facts import WITHDRAWN
from shopify_app.insights import movement, revenue

KINDS = {
    movement.OPENING: "Already there",
    movement.NEW: "New",
    movement.REACTIVATED: "Reactivated",
    movement.RESUMED: "Resumed",
    movement.EXPANSION: "Grown",
    movement.CHURNED: "Ended",
    movement.PAUSED: "Paused",
    movement.CONTRACTION: "Shrunk",
}
REASONS = {
    revenue.BY_PAYMENT: "Payment failed for good",
    revenue.BY_TERM: "All agreed charges were made",
    WITHDRAWN: "Withdrew from the contract",
    revenue.NOT_SAID: "No reason given",
}
BY_HAND = "Somebody ended it"
"""Of a reason we have no words for, before the reason itself."""
DEFINITIONS = {
    "revenue": (
        "Monthly revenue is what all active subscriptions would bring in one month: their items after discounts, "
        "without delivery. A month has 30.4375 days, so a weekly subscription counts 4.35 times its charge, a yearly "
        "or prepaid one a twelfth of it. Currencies are never added together."
    ),
    "movements": (
        "New: active for the first time. Grown and shrunk: worth more or less a month. Paused and resumed: not "
        "charged for now, and charged again. Ended: cancelled, failed or over. Reactivated: active after it had "
        "ended. Counted once an hour; what was undone in between does not show."
    ),
    "left": (
        "Subscriptions that ended, while active or while paused, by the reason given. Payment failed for good: the "
        "last try failed, and your settings end the subscription then."
    ),
    "ahead": (
        "Charges that will be made if nothing changes, delivery included: skipped, held and parked ones are left "
        "out. Each is reckoned at the subscription's next charge. Dates are known for about 100 days."
    ),
    "recovery": "Failed charges whose case ended in the last 90 days: recovered if they were paid in the end.",
}
