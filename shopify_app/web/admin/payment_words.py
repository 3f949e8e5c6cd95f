"""Failed charges in a merchant's words: what kind of trouble, what a ladder ends with, and what the journal tells."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal, InvalidOperation

from shopify_app.dunning.policy import Final
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.models import Fact
from shopify_app.web.admin.sentence import Sentence, Telling, fixed, instant, who
from shopify_app.web.admin.words import decline
from shopify_app.web.format import day, moment, money, plural

CLASSES = {
    Decline.TRANSIENT: "A passing fault",
    Decline.SOFT: "Refused by the bank",
    Decline.SHOPPER_ACTION: "The shopper has to confirm",
    Decline.PAYMENT_METHOD: "Another payment method is needed",
    Decline.ADDRESS: "The address has to be corrected",
    Decline.INVENTORY: "Not enough stock",
    Decline.CUSTOMER_GONE: "The customer is gone",
    Decline.MERCHANT: "Only you can mend it",
    Decline.ALREADY_PAID: "Paid already, Shopify says",
}
"""Class of a failed charge → its name."""

DOES = {
    Final.SKIP: "skips the order",
    Final.PAUSE: "pauses the subscription",
    Final.CANCEL: "cancels the subscription",
    Final.PERSON: "leaves the decision to you",
}
"""What Perennial does at the end of a ladder."""
DONE = {"skip": "The order was skipped", "pause": "The subscription was paused", "cancel": "It was cancelled"}
"""What was done there."""
NEXT = {
    "retry": "The next try is on {at}.",
    "card": "It is tried again at once.",
    "remind": "Nothing is tried until you have mended it.",
    "look": "Perennial looks at it again on {at}.",
}
"""A case's next step → what is said of it; the end of a ladder says what it does."""
WHY_CLOSED = {
    "paid": "it is paid",
    "skipped": "the order was skipped",
    "paused": "the subscription was paused",
    "ended": "the subscription ended",
    "gone": "Shopify does not know the order any more",
    "moved": "the order has another date, and is charged then",
}


def class_name(value: object) -> str:
    """Return the name of a class as rows and facts keep it; an unknown one is spelled out."""
    try:
        return CLASSES[Decline(str(value))]
    except ValueError:
        return str(value).replace("_", " ").capitalize()


def _code(fact: Fact) -> str:
    return decline(fact.data.get("code"))


def _at_risk(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("expected_at"))
    return Sentence(f"The order{f' of {day(at, zone)}' if at else ''} is at risk. {_code(fact)}", "warning")


def _planned(fact: Fact, zone: tzinfo) -> Sentence:
    step, at = str(fact.data.get("next_step")), instant(fact.data.get("next_step_at"))
    if step == "final":
        try:
            does = DOES[Final(str(fact.data.get("final")))]
        except ValueError:
            does = "ends it"
        when = f" on {moment(at, zone)}" if at and at > fact.occurred_at else ""
        return Sentence(f"{class_name(fact.data.get('class'))}: unless it is mended, Perennial {does}{when}.")
    words = NEXT.get(step, "").format(at=moment(at, zone))
    return Sentence(f"{class_name(fact.data.get('class'))}. {words}".strip())


def _failed(fact: Fact, zone: tzinfo) -> Sentence:
    if fact.data.get("ends_now"):
        return Sentence("It was the last try. The shopper is told of its end, not of this failure, too.")
    if fact.data.get("quiet"):
        return Sentence("The shopper is not told that the charge failed: it is not theirs to mend.")
    left = fact.data.get("attempts_left")
    more = f", {plural(left, 'further try', 'further tries')} to come" if isinstance(left, int) and left else ""
    return Sentence(f"Time to tell the shopper that the charge failed{more}.")


def _recovered(fact: Fact, zone: tzinfo) -> Sentence:
    days = fact.data.get("days")
    after = f" after {plural(days, 'day')}" if isinstance(days, int) and days else ""
    return Sentence(f"Recovered{after}: {_amount(fact)} is paid after all.", "success")


def _closed(fact: Fact, zone: tzinfo) -> Sentence:
    why = WHY_CLOSED.get(str(fact.data.get("why")), "something else happened")
    return Sentence(f"Nothing more is tried for the failed charge: {why}.")


def _exhausted(fact: Fact, zone: tzinfo) -> Sentence:
    done = DONE.get(str(fact.data.get("final_action")), "Nothing more is tried")
    if fact.actor == "perennial":
        return Sentence(f"The failed charge could not be recovered. {done}.", "critical")
    return Sentence(f"The failed charge was given up{who(fact)}. {done}.", "critical")


def _waits(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"A charge still waits for you to mend something. {_code(fact)}", "warning")


def _kept(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(
        "The payment method stays as it is after the backup was tried: it was chosen, or the other is gone."
    )


def _ladder(fact: Fact, zone: tzinfo) -> Sentence:
    name = class_name(fact.data.get("class"))
    return Sentence(f"What happens after a failed charge (“{name}”) was decided anew{who(fact)}.")


def _marking(fact: Fact, zone: tzinfo) -> Sentence:
    on = [name for name in ("tag", "metafield") if fact.after and fact.after.get(name)]
    how = f"marked with a {' and a '.join(on)}" if on else "not marked any more"
    return Sentence(f"Customers whose payment fails are {how} in Shopify, as was decided{who(fact)}.")


def _retries(fact: Fact, zone: tzinfo) -> Sentence:
    cases = plural(int(fact.data.get("cases") or 0), "failed charge")
    return Sentence(f"Trying {cases} again was asked for{who(fact)}.")


def _amount(fact: Fact) -> str:
    try:
        return money(Decimal(str(fact.data.get("amount"))), fact.data.get("currency"))
    except InvalidOperation:
        return "it"


TELLINGS: dict[str, Telling] = {
    "payment.at_risk": _at_risk,
    "payment.planned": _planned,
    "payment.failed": _failed,
    "payment.action_required": fixed("Time to ask the shopper to confirm the payment", by=lambda fact: ""),
    "payment.recovered": _recovered,
    "payment.case_closed": _closed,
    "payment.exhausted": _exhausted,
    "payment.waits_for_merchant": _waits,
    "payment.card_changed": fixed(
        "What the charge failed for has changed, so it is tried again", "success", lambda fact: ""
    ),
    "payment.backup_tried": fixed(
        "The shopper's backup payment method is tried before anything is ended", by=lambda fact: ""
    ),
    "payment.method_restored": fixed("The shopper's own payment method pays again", by=lambda fact: ""),
    "payment.method_kept": _kept,
    "payment.ladder_changed": _ladder,
    "payment.marking_changed": _marking,
    "payment.retries_asked_for": _retries,
}
"""Kinds of facts about failed charges → how each is told."""
