"""A case as a page shows it: what happened, what comes next and when, and what the merchant may do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g, url_for

from shopify_app.billing import by_hand
from shopify_app.billing.models import CHALLENGED
from shopify_app.dunning import policy
from shopify_app.dunning.ladders import Ladders
from shopify_app.dunning.policy import Final, Step
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.web.admin import words
from shopify_app.web.admin.payment_words import DOES, next_step
from shopify_app.web.admin.payments import cases
from shopify_app.web.format import moment, plural, short_day

Values = dict[str, Any]

UNDER_WAY = N_("A charge is under way; its outcome appears here.")
UNKNOWN = N_("Customer not known")
CONFIRM = N_("The bank asks the shopper to confirm the payment.")


def row(found: cases.Row, own: Ladders, now: datetime) -> Values:
    """Return a case as plain values. `own`: the shop's ladders; `now`: business time."""
    case, contract = found.case, found.contract
    number = number_of(contract.shopify_gid)
    why_not = by_hand.why_not(contract, found.cycle, g.shop, now) if found.cycle else by_hand.GONE
    return {
        "case": case.id,
        "number": number,
        "href": url_for("admin.contract", number=number),
        "shopper": shopper(found),
        "amount": case.amount,
        "currency": case.currency,
        "on": found.cycle.expected_at if found.cycle else None,
        "since": case.opened_at,
        "happened": CONFIRM if _is_asked(found) else words.decline(case.code, found.attempt.error_message),
        "tries": plural(case.failures, "failed try", "failed tries"),
        "coming": coming(found, own),
        "may_retry": found.flying is None and not why_not,
        "may_give_up": found.flying is None,
    }


def shopper(found: cases.Row) -> str:
    """Return whom a case is about."""
    return found.shopper.label if found.shopper else UNKNOWN


def coming(found: cases.Row, own: Ladders) -> str:
    """Return what comes next, and when, in sentences; in the shop's zone."""
    case, at = found.case, found.case.next_step_at
    if case.next_step is None or at is None:
        return ""
    if found.flying is not None and not _is_asked(found):
        return UNDER_WAY
    step, decline = Step(case.next_step), Decline(case.decline)
    if step is Step.PERSON:
        reason = (found.cycle.parked_reason if found.cycle else None) or found.contract.parked_reason
        return words.reason(reason) or _("It waits for your decision.")
    if step is Step.FINAL and _is_asked(found):
        # Shopify lets nothing else be done as long as it is asked
        return _("Unless the shopper confirms it, the decision is yours: %(at)s.", at=_at(at))
    if step is Step.FINAL:
        return _("Unless it is mended, Perennial %(does)s: %(at)s.", does=DOES[ending(decline, own)], at=_at(at))
    said = next_step(step.value, _at(at))
    return f"{said} {_after(found, own, at)}".strip() if step is Step.RETRY else said


def _after(found: cases.Row, own: Ladders, at: datetime) -> str:
    """What follows the next try, if it and all after it fail."""
    case, decline = found.case, Decline(found.case.decline)
    if decline not in own:
        return ""
    used = {**case.used, decline.value: case.used.get(decline.value, 0) + 1}
    steps = policy.outlook(decline, used, own, at, g.shop.zone)
    more = sum(step.step is Step.RETRY for step in steps)
    does = DOES[ending(decline, own)]
    when = f" ({short_day(steps[-1].at, g.shop.zone)})" if steps[-1].at > at else ""
    if more:
        tries = plural(more, "further try", "further tries")
        return _("After %(tries)s, Perennial %(does)s%(when)s.", tries=tries, does=does, when=when)
    return _("If that fails, too, Perennial %(does)s%(when)s.", does=does, when=when)


def ending(decline: Decline, own: Ladders) -> Final:
    """Return what ends a case of this class; a passing fault that never passes ends as a refusal does."""
    return policy.final_of(Decline.SOFT if decline is Decline.TRANSIENT else decline, own)


def _is_asked(found: cases.Row) -> bool:
    """The bank's question to the shopper is open."""
    return found.flying is not None and found.flying.state == CHALLENGED


def _at(at: datetime) -> str:
    return moment(at, g.shop.zone)
