"""What came of an edit: done, or why not, as a word for programs and a sentence for staff."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.kit.speech import N_


class Refusal(StrEnum):
    """Why nothing was changed. Pages for shoppers have their own words for each (locales of `links`)."""

    GONE = "gone"
    ENDED = "ended"
    PAID = "paid"
    CHARGING = "charging"
    TRIED = "tried"
    BUSY = "busy"
    ALREADY = "already"
    SKIPPED = "skipped"
    NOT_ACTIVE = "not_active"
    WAITS = "waits"
    PAST = "past"
    BEFORE_START = "before_start"
    LATE = "late"
    LAST_ITEM = "last_item"
    STALE = "stale"
    NO_ADDRESS = "no_address"
    BEFORE_PREVIOUS = "before_previous"
    AFTER_NEXT = "after_next"
    OUT_OF_BOUNDS = "out_of_bounds"
    RULE = "rule"
    OTHER_REQUEST = "other_request"
    NO_ANSWER = "no_answer"
    NOT_SEEN = "not_seen"
    NOT_DONE = "not_done"
    REFUSED = "refused"


WORDS = {
    Refusal.GONE: N_("This date is no longer there. The page shows what is."),
    Refusal.ENDED: N_("The subscription has ended."),
    Refusal.PAID: N_("This date is paid already."),
    Refusal.CHARGING: N_("This date is being charged at this moment."),
    Refusal.TRIED: N_("A charge of this date was tried already, so it can no longer be moved."),
    Refusal.BUSY: N_("Somebody is changing this date at this moment. Look again in a minute."),
    Refusal.ALREADY: N_("This date is like that already."),
    Refusal.SKIPPED: N_("This date is skipped. Bring it back before you move it."),
    Refusal.NOT_ACTIVE: N_("This can be done with an active subscription only."),
    Refusal.WAITS: N_("It waits for a person: somebody has to look at it first."),
    Refusal.PAST: N_("The new date is in the past."),
    Refusal.BEFORE_START: N_("The new date lies before this billing period begins."),
    Refusal.LATE: N_("The day of this order has come, so it stays as it is."),
    Refusal.LAST_ITEM: N_("An order needs at least one item. Skip it instead."),
    Refusal.STALE: N_("The order was changed meanwhile. Look at it again before you change it."),
    Refusal.NO_ADDRESS: N_("This order has no shipping address that can be changed here."),
    Refusal.BEFORE_PREVIOUS: N_("The date before this one is charged only later."),
    Refusal.AFTER_NEXT: N_("The next date is charged by then. Skip this one instead."),
    Refusal.OUT_OF_BOUNDS: N_("Shopify does not allow this date for this billing period."),
    Refusal.RULE: N_("The shop's rules for shoppers do not allow this."),
    Refusal.OTHER_REQUEST: N_("This form was used for another change already. Open it again."),
    Refusal.NO_ANSWER: N_("Shopify does not answer right now. Nothing was changed; please try again in a minute."),
    Refusal.NOT_SEEN: N_("Shopify's answer was lost on the way. Look again in a minute before you try once more."),
    Refusal.NOT_DONE: N_("It was asked for, but Shopify shows that it was not done."),
    Refusal.REFUSED: N_("Shopify refused."),
}

OF_SHOPIFY = {
    "BILLING_DATE_SET_ON_SKIPPED": Refusal.SKIPPED,
    "CYCLE_INDEX_OUT_OF_RANGE": Refusal.GONE,
    "CYCLE_NOT_FOUND": Refusal.GONE,
    "INCOMPLETE_BILLING_ATTEMPTS": Refusal.CHARGING,
    "NO_CYCLE_EDITS": Refusal.ALREADY,
    "OUT_OF_BOUNDS": Refusal.OUT_OF_BOUNDS,
    "STALE_CONTRACT": Refusal.STALE,
}
"""SubscriptionBillingCycleErrorCode and SubscriptionDraftErrorCode (schema 2026-10) → ours. Anything else is told in
Shopify's own words."""

PASSING = frozenset({Refusal.BUSY, Refusal.CHARGING, Refusal.NO_ANSWER, Refusal.NOT_SEEN, Refusal.NOT_DONE})
"""A later try may succeed."""


@dataclass(frozen=True)
class Answer:
    """What came of it, in a sentence. `refusal` is None when it is done; `rule` says which one a RULE is about."""

    is_done: bool
    words: str
    refusal: Refusal | None = None
    rule: Forbidden | None = None


def refused(refusal: Refusal, words: str = "") -> Answer:
    """Return the answer for a refusal, in its usual words unless there are better ones."""
    return Answer(False, words or WORDS[refusal], refusal)


def by_rule(rule: Forbidden) -> Answer:
    """Return the answer for what a rule of the shop's does not allow."""
    return Answer(False, WORDS[Refusal.RULE], Refusal.RULE, rule)
