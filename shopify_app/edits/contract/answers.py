"""What came of an edit of a subscription, as a word for programs and a sentence for staff."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.gateways.shopify.errors import UserErrors
from shopify_app.kit.speech import N_


class No(StrEnum):
    """Why a subscription was not changed."""

    GONE = "gone"
    ENDED = "ended"
    CANCELLED = "cancelled"
    CHARGING = "charging"
    BUSY = "busy"
    ALREADY = "already"
    NOT_ACTIVE = "not_active"
    NOT_PAUSED = "not_paused"
    NOT_FAILED = "not_failed"
    PAST = "past"
    LINE_GONE = "line_gone"
    LAST_LINE = "last_line"
    HAS_ITEM = "has_item"
    NOT_SOLD = "not_sold"
    OTHER_CURRENCY = "other_currency"
    PREPAID = "prepaid"
    NO_FIXED_DAY = "no_fixed_day"
    FIXED_BY_PLAN = "fixed_by_plan"
    NO_ADDRESS = "no_address"
    HIDDEN_ADDRESS = "hidden_address"
    INCOMPLETE_ADDRESS = "incomplete_address"
    NOT_OFFERED = "not_offered"
    HAS_ADDRESS = "has_address"
    NEEDS_PHONE = "needs_phone"
    PICKED_UP = "picked_up"
    NOT_THEIRS = "not_theirs"
    METHOD_REVOKED = "method_revoked"
    PAYS_ALREADY = "pays_already"
    HAS_CODE = "has_code"
    CODE_REJECTED = "code_rejected"
    DISCOUNT_GONE = "discount_gone"
    FUTURE_EDITS = "future_edits"
    NO_WITHDRAWAL = "no_withdrawal"
    WITHDRAWAL_OVER = "withdrawal_over"
    OFFER_GONE = "offer_gone"
    OTHER_REQUEST = "other_request"
    STALE = "stale"
    RULE = "rule"
    NO_ANSWER = "no_answer"
    NOT_SEEN = "not_seen"
    NOT_DONE = "not_done"
    REFUSED = "refused"


WORDS = {
    No.GONE: N_("This subscription is no longer there."),
    No.ENDED: N_("The subscription has ended."),
    No.CANCELLED: N_("A cancelled subscription cannot be brought back at Shopify. The shopper can subscribe again."),
    No.CHARGING: N_("A charge of this subscription is being made at this moment. Try again in a few minutes."),
    No.BUSY: N_("Somebody is changing this subscription at this moment. Look again in a minute."),
    No.ALREADY: N_("The subscription is like that already."),
    No.NOT_ACTIVE: N_("This can be done with an active subscription only."),
    No.NOT_PAUSED: N_("The subscription is not paused."),
    No.NOT_FAILED: N_("Shopify has not marked this subscription as failed."),
    No.PAST: N_("Choose a day after today."),
    No.LINE_GONE: N_("This item is no longer in the subscription."),
    No.LAST_LINE: N_("A subscription needs at least one item. Cancel the subscription instead."),
    No.HAS_ITEM: N_("This item is in the subscription already. Change its quantity instead."),
    No.NOT_SOLD: N_("The shop does not sell this item any more."),
    No.OTHER_CURRENCY: N_(
        "The price is known in the shop's currency only, and this subscription is paid in another."
    ),
    No.PREPAID: N_("This subscription is paid for several deliveries at once, so its rhythm stays as it is."),
    No.NO_FIXED_DAY: N_("Its rhythm has no such day. What comes every so many days has none: move single dates."),
    No.FIXED_BY_PLAN: N_("The plan of this subscription fixes its day."),
    No.NO_ADDRESS: N_("This subscription is picked up or not sent at all, so it has no address."),
    No.HIDDEN_ADDRESS: N_("Shopify does not show Perennial this address, so it cannot be changed here."),
    No.INCOMPLETE_ADDRESS: N_("The address is not complete."),
    No.NOT_OFFERED: N_("This way of shipping is no longer offered for this subscription."),
    No.HAS_ADDRESS: N_("It goes to an address already. Change the address instead."),
    No.NEEDS_PHONE: N_("Local delivery needs a phone number with its country's code, for example +12075550100."),
    No.PICKED_UP: N_("It is picked up, so there is no address to send it to. Choose a place, or enter an address."),
    No.NOT_THEIRS: N_("This is no payment method of this shopper's."),
    No.METHOD_REVOKED: N_("This payment method can no longer be used. Choose another."),
    No.PAYS_ALREADY: N_("The subscription is paid with this one already. Choose another as backup."),
    No.HAS_CODE: N_("The subscription has this discount already."),
    No.CODE_REJECTED: N_("Shopify does not accept this discount code for the subscription."),
    No.DISCOUNT_GONE: N_("This discount is no longer on the subscription."),
    No.FUTURE_EDITS: N_(
        "A coming order was changed for its date alone. Shopify changes the subscription only after it."
    ),
    No.NO_WITHDRAWAL: N_("No region's row lets this shopper withdraw from the contract."),
    No.WITHDRAWAL_OVER: N_("The days within which the shopper may withdraw from the contract are over."),
    No.OFFER_GONE: N_("This offer is no longer there."),
    No.OTHER_REQUEST: N_("This form was used for another change already. Open it again."),
    No.STALE: N_("The subscription keeps being changed by somebody else. Look at it again, then try once more."),
    No.RULE: N_("The shop's rules for shoppers do not allow this."),
    No.NO_ANSWER: N_("Shopify does not answer right now. Nothing was changed; please try again in a minute."),
    No.NOT_SEEN: N_(
        "Shopify's answer was lost on the way. Perennial looks it up within minutes; do not try again yet."
    ),
    No.NOT_DONE: N_("It was asked for, but Shopify shows that it was not done."),
    No.REFUSED: N_("Shopify refused."),
}

OF_SHOPIFY = {
    "ALREADY_REMOVED": No.LINE_GONE,
    "CONTRACT_TERMINATED": No.ENDED,
    "CUSTOMER_MISMATCH": No.NOT_THEIRS,
    "HAS_FUTURE_EDITS": No.FUTURE_EDITS,
    "MISSING_CUSTOMER_PAYMENT_METHOD": No.METHOD_REVOKED,
    "STALE_CONTRACT": No.STALE,
}
"""SubscriptionDraftErrorCode and SubscriptionContractStatusUpdateErrorCode (schema 2026-10) → ours. Anything else is
told in Shopify's own words."""

REJECTED_CODES = {
    "CURRENTLY_INACTIVE": N_("This discount code is not active."),
    "CUSTOMER_NOT_ELIGIBLE": N_("This discount code is not for this shopper."),
    "CUSTOMER_USAGE_LIMIT_REACHED": N_("The shopper has used this discount code as often as allowed."),
    "INCOMPATIBLE_PURCHASE_TYPE": N_("This discount code is not for subscriptions."),
    "INTERNAL_ERROR": N_("Shopify could not check this discount code. Try again in a minute."),
    "NOT_FOUND": N_("There is no such discount code."),
    "NO_ENTITLED_LINE_ITEMS": N_("This discount code is for none of the items in the subscription."),
    "NO_ENTITLED_SHIPPING_LINES": N_("This discount code is not for the way this subscription is shipped."),
    "PURCHASE_NOT_IN_RANGE": N_("The subscription costs too little, or too much, for this discount code."),
    "QUANTITY_NOT_IN_RANGE": N_("There are too few items, or too many, in the subscription for this discount code."),
    "USAGE_LIMIT_REACHED": N_("This discount code has been used as often as allowed."),
}
"""SubscriptionDiscountRejectionReason (schema 2026-10) in words."""

PASSING = frozenset({No.BUSY, No.CHARGING, No.STALE, No.NO_ANSWER, No.NOT_DONE})
"""Nothing was done, and the same request may be sent again later."""


@dataclass(frozen=True)
class Answer:
    """What came of it, in a sentence. `refusal` is None when it is done; `rule` says which one a RULE is about."""

    is_done: bool
    words: str
    refusal: No | None = None
    rule: Forbidden | None = None


def refused(refusal: No, words: str = "") -> Answer:
    """Return the answer for a refusal, in its usual words unless there are better ones."""
    return Answer(False, words or WORDS[refusal], refusal)


def by_rule(rule: Forbidden) -> Answer:
    """Return the answer for what a rule of the shop's does not allow."""
    return Answer(False, WORDS[No.RULE], No.RULE, rule)


def by_shopify(error: UserErrors) -> Answer:
    """Return Shopify's refusal in our words where we have some, else in its own."""
    first = error.errors[0]
    if first.code in REJECTED_CODES:
        return refused(No.CODE_REJECTED, REJECTED_CODES[first.code])
    known = OF_SHOPIFY.get(first.code)
    return refused(known) if known else refused(No.REFUSED, f"Shopify refused: {first.message}")
