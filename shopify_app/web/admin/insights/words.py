"""What the Insights page calls things, and how each is counted."""

from __future__ import annotations

from shopify_app.contracts.facts import WITHDRAWN
from shopify_app.insights import movement, revenue
from shopify_app.kit.speech import N_

KINDS = {
    movement.OPENING: N_("Already there"),
    movement.NEW: N_("New"),
    movement.REACTIVATED: N_("Reactivated"),
    movement.RESUMED: N_("Resumed"),
    movement.EXPANSION: N_("Grown"),
    movement.CHURNED: N_("Ended"),
    movement.PAUSED: N_("Paused"),
    movement.CONTRACTION: N_("Shrunk"),
}
REASONS = {
    revenue.BY_PAYMENT: N_("Payment failed for good"),
    revenue.BY_TERM: N_("All agreed charges were made"),
    WITHDRAWN: N_("Withdrew from the contract"),
    revenue.NOT_SAID: N_("No reason given"),
}
BY_HAND = N_("Somebody ended it")
"""Of a reason we have no words for, before the reason itself."""
DEFINITIONS = {
    "revenue": N_(
        "Monthly revenue is what all active subscriptions would bring in one month: their items after discounts, "
        "without delivery. A month has 30.4375 days, so a weekly subscription counts 4.35 times its charge, a yearly "
        "or prepaid one a twelfth of it. Currencies are never added together."
    ),
    "movements": N_(
        "New: active for the first time. Grown and shrunk: worth more or less a month. Paused and resumed: not "
        "charged for now, and charged again. Ended: cancelled, failed or over. Reactivated: active after it had "
        "ended. Counted once an hour; what was undone in between does not show."
    ),
    "left": N_(
        "Subscriptions that ended, while active or while paused, by the reason given. Payment failed for good: the "
        "last try failed, and your settings end the subscription then."
    ),
    "churn": N_(
        "Churn: of the subscriptions that were active when the month began, how many per cent ended in it while "
        "active, for whatever reason. Pausing is not ending. The month in which counting began has none."
    ),
    "cohorts": N_(
        "Subscriptions by the month in which they began, and how many of them were still there on the same day so "
        "many months later, paused or not. One that came back counts as there all along. Of those that ended before "
        "counting began, the day of their last change at Shopify is taken. Empty: not over for all of them."
    ),
    "ahead": N_(
        "Charges to come, delivery included, each reckoned at the subscription's next charge; skipped ones are left "
        "out. Paid: charged today already. At risk: a charge of the subscription fails, or its card ends before. "
        "Held: waits for stock, for time or for you. Dates are known for about 100 days."
    ),
    "recovery": N_(
        "Failed charges by the day on which their case ended: recovered if they were paid in the end. Orders that "
        "got another date count nowhere."
    ),
}
