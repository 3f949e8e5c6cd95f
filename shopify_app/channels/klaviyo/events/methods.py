"""Events about the way to pay: a card that expires before a charge, one that was updated, one that is gone."""

from __future__ import annotations

from shopify_app.channels.klaviyo.events.common import LATE, LEAD, NEXT, day
from shopify_app.channels.klaviyo.events.event import Event
from shopify_app.channels.klaviyo.events.property import choice, text, texts, url, whole

PATHS = ("mail", "shop_pay_url", "account")
REASONS = ("card_updated", "another_method")

_EXPIRES = day(
    "CardExpires", "The last day the card is good", "December 31, 2026", "2026-12-31T12:00:00+00:00", always=False
)
_AFFECTED = (
    texts("AffectedSubscriptionIds", "Shopify's numbers of the subscriptions it pays, or paid", ["25700001"]),
    whole("AffectedSubscriptionCount", "How many subscriptions that are", 1),
    text("AffectedSubscriptionsText", "What they hold, in words", "House Blend; Mug"),
    *NEXT,
)
UPDATE = (
    url("UpdatePaymentUrl", "Where the shopper updates it, or adds another", "https://example-shop.com/account"),
    choice("UpdatePath", "How: Shopify mails a link, a link into Shop Pay, or the account alone", "mail", PATHS),
)

METHODS = (
    Event(
        "payment_method.expiring",
        "Payment Method Expiring",
        "So many days before the last day of a card, once for each lead of the shop, if a charge comes later.",
        "card-expiring:<method>:<last day>:<lead days>",
        (
            *day("CardExpires", "The last day the card is good", "December 31, 2026", "2026-12-31T12:00:00+00:00"),
            text("DaysUntilExpiry", "Days until then, as text because it may be “0”", "15"),
            LEAD,
            LATE,
            *_AFFECTED,
            *UPDATE,
        ),
        {"LeadDays": 15},
        needed_by_shopper=True,
    ),
    Event(
        "payment_method.updated",
        "Payment Method Updated",
        "A card got another number or expiry, or subscriptions are paid with another payment method now.",
        "card-updated:<contract>:<time or revision of the change>",
        (
            *_EXPIRES,
            choice("UpdateReason", "Whether the card itself changed, or another method pays", REASONS[0], REASONS),
            *_AFFECTED,
        ),
    ),
    Event(
        "payment_method.removed",
        "Payment Method Removed",
        "A payment method was removed, and subscriptions are left without one. Not when they were moved to another.",
        "card-removed:<method>",
        (*_AFFECTED, *UPDATE),
        {"UpdatePath": "account"},
        needed_by_shopper=True,
    ),
)
