"""Failed charges in a merchant's words: what kind of trouble, what a ladder ends with, and what the journal tells."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal, InvalidOperation

from shopify_app.dunning.policy import Final
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.web.admin.sentence import Sentence, Telling, fixed, instant, who
from shopify_app.web.admin.words import decline
from shopify_app.web.format import day, moment, money, plural

CLASSES = {
    Decline.TRANSIENT: N_("A passing fault"),
    Decline.SOFT: N_("Refused by the bank"),
    Decline.SHOPPER_ACTION: N_("The shopper has to confirm"),
    Decline.PAYMENT_METHOD: N_("Another payment method is needed"),
    Decline.ADDRESS: N_("The address has to be corrected"),
    Decline.INVENTORY: N_("Not enough stock"),
    Decline.CUSTOMER_GONE: N_("The customer is gone"),
    Decline.MERCHANT: N_("Only you can mend it"),
    Decline.ALREADY_PAID: N_("Paid already, Shopify says"),
}
"""Class of a failed charge → its name."""

DOES = {
    Final.SKIP: N_("skips the order"),
    Final.PAUSE: N_("pauses the subscription"),
    Final.CANCEL: N_("cancels the subscription"),
    Final.PERSON: N_("leaves the decision to you"),
}
"""What Perennial does at the end of a ladder."""
AT_ONCE = N_("It is tried again at once.")
NOT_YET = N_("Nothing is tried until you have mended it.")
DONE = {
    "skip": N_("The order was skipped"),
    "pause": N_("The subscription was paused"),
    "cancel": N_("It was cancelled"),
}
"""What was done there."""
MARKED: dict[tuple[str, ...], str] = {
    (): N_("not marked any more"),
    ("tag",): N_("marked with a tag"),
    ("metafield",): N_("marked with a metafield"),
    ("tag", "metafield"): N_("marked with a tag and a metafield"),
}
WHY_CLOSED = {
    "paid": N_("it is paid"),
    "skipped": N_("the order was skipped"),
    "paused": N_("the subscription was paused"),
    "ended": N_("the subscription ended"),
    "gone": N_("Shopify does not know the order any more"),
    "moved": N_("the order has another date, and is charged then"),
}


def class_name(value: object) -> str:
    """Return the name of a class as rows and facts keep it; an unknown one is spelled out."""
    try:
        return CLASSES[Decline(str(value))]
    except ValueError:
        return str(value).replace("_", " ").capitalize()


def next_step(step: str, at: str) -> str:
    """Return what is said of a case's next step; the end of a ladder says what it does. `at`: when, in words."""
    if step == "retry":
        return _("The next try is on %(at)s.", at=at)
    if step == "look":
        return _("Perennial looks at it again on %(at)s.", at=at)
    return {"card": AT_ONCE, "remind": NOT_YET}.get(step, "")


def _code(fact: Fact) -> str:
    return decline(fact.data.get("code"))


def _at_risk(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("expected_at"))
    order = _("The order of %(day)s is at risk.", day=day(at, zone)) if at else _("The order is at risk.")
    return Sentence(f"{order} {_code(fact)}", "warning")


def _planned(fact: Fact, zone: tzinfo) -> Sentence:
    step, at = str(fact.data.get("next_step")), instant(fact.data.get("next_step_at"))
    if step == "final":
        try:
            does = DOES[Final(str(fact.data.get("final")))]
        except ValueError:
            does = _("ends it")
        name = class_name(fact.data.get("class"))
        if at is None or at <= fact.occurred_at:
            return Sentence(_("%(trouble)s: unless it is mended, Perennial %(does)s.", trouble=name, does=does))
        when = moment(at, zone)
        return Sentence(
            _("%(trouble)s: unless it is mended, Perennial %(does)s on %(at)s.", trouble=name, does=does, at=when)
        )
    words = next_step(step, moment(at, zone))
    return Sentence(f"{class_name(fact.data.get('class'))}. {words}".strip())


def _failed(fact: Fact, zone: tzinfo) -> Sentence:
    if fact.data.get("ends_now"):
        return Sentence(_("It was the last try. The shopper is told of its end, not of this failure, too."))
    if fact.data.get("quiet"):
        return Sentence(_("The shopper is not told that the charge failed: it is not theirs to mend."))
    left = fact.data.get("attempts_left")
    if isinstance(left, int) and left:
        tries = plural(left, "further try", "further tries")
        return Sentence(_("Time to tell the shopper that the charge failed, %(tries)s to come.", tries=tries))
    return Sentence(_("Time to tell the shopper that the charge failed."))


def _recovered(fact: Fact, zone: tzinfo) -> Sentence:
    days = fact.data.get("days")
    if isinstance(days, int) and days:
        words = ngettext(
            "Recovered after %(num)s day: %(amount)s is paid after all.",
            "Recovered after %(num)s days: %(amount)s is paid after all.",
            days,
            amount=_amount(fact),
        )
    else:
        words = _("Recovered: %(amount)s is paid after all.", amount=_amount(fact))
    return Sentence(words, "success")


def _closed(fact: Fact, zone: tzinfo) -> Sentence:
    why = WHY_CLOSED.get(str(fact.data.get("why")), _("something else happened"))
    return Sentence(_("Nothing more is tried for the failed charge: %(why)s.", why=why))


def _exhausted(fact: Fact, zone: tzinfo) -> Sentence:
    done = DONE.get(str(fact.data.get("final_action")), _("Nothing more is tried"))
    if fact.actor == "perennial":
        return Sentence(_("The failed charge could not be recovered. %(done)s.", done=done), "critical")
    return Sentence(_("The failed charge was given up%(who)s. %(done)s.", who=who(fact), done=done), "critical")


def _waits(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(_("A charge still waits for you to mend something. %(why)s", why=_code(fact)), "warning")


def _kept(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(
        _("The payment method stays as it is after the backup was tried: it was chosen, or the other is gone.")
    )


def _ladder(fact: Fact, zone: tzinfo) -> Sentence:
    name = class_name(fact.data.get("class"))
    return Sentence(
        _("What happens after a failed charge (“%(name)s”) was decided anew%(who)s.", name=name, who=who(fact))
    )


def _marking(fact: Fact, zone: tzinfo) -> Sentence:
    on = [name for name in ("tag", "metafield") if fact.after and fact.after.get(name)]
    how = MARKED[tuple(on)]
    return Sentence(
        _("Customers whose payment fails are %(how)s in Shopify, as was decided%(who)s.", how=how, who=who(fact))
    )


def _retries(fact: Fact, zone: tzinfo) -> Sentence:
    cases = plural(int(fact.data.get("cases") or 0), "failed charge")
    return Sentence(_("Trying %(cases)s again was asked for%(who)s.", cases=cases, who=who(fact)))


def _amount(fact: Fact) -> str:
    try:
        return money(Decimal(str(fact.data.get("amount"))), fact.data.get("currency"))
    except InvalidOperation:
        return _("it")


TELLINGS: dict[str, Telling] = {
    "payment.at_risk": _at_risk,
    "payment.planned": _planned,
    "payment.failed": _failed,
    "payment.action_required": fixed(N_("Time to ask the shopper to confirm the payment"), by=lambda fact: ""),
    "payment.recovered": _recovered,
    "payment.case_closed": _closed,
    "payment.exhausted": _exhausted,
    "payment.waits_for_merchant": _waits,
    "payment.card_changed": fixed(
        N_("What the charge failed for has changed, so it is tried again"), "success", lambda fact: ""
    ),
    "payment.backup_tried": fixed(
        N_("The shopper's backup payment method is tried before anything is ended"), by=lambda fact: ""
    ),
    "payment.method_restored": fixed(N_("The shopper's own payment method pays again"), by=lambda fact: ""),
    "payment.method_kept": _kept,
    "payment.ladder_changed": _ladder,
    "payment.marking_changed": _marking,
    "payment.retries_asked_for": _retries,
}
"""Kinds of facts about failed charges → how each is told."""
