"""A ladder in words: on which days a charge that fails today is tried again, and what happens at the end. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shopify_app.contracts import calendar
from shopify_app.dunning import policy
from shopify_app.dunning.ladders import ONLY_SHOPPERS, Ladders
from shopify_app.dunning.policy import Final, Next, Step
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.speech import N_, _, locale
from shopify_app.web.admin.payment_words import CLASSES, DOES
from shopify_app.web.format import clock_time, local_day, moment, month_day

MEANS = {
    Decline.TRANSIENT: N_(
        "A fault at the bank or the payment provider that often passes within hours. Nobody is told."
    ),
    Decline.SOFT: N_("Not enough money, a limit, or a refusal without a reason. The shopper is told."),
    Decline.SHOPPER_ACTION: N_(
        "The bank asks the shopper to confirm a payment. Only the shopper can help. While "
        "the bank still waits in the end, nothing else can be done, and the decision is yours."
    ),
    Decline.PAYMENT_METHOD: N_("The card has expired or is not valid any more. Only the shopper can help."),
    Decline.ADDRESS: N_("Shopify does not accept the address. Only the shopper, or you on their behalf, can help."),
    Decline.INVENTORY: N_("Something in the order is sold out. The shopper is told nothing."),
    Decline.CUSTOMER_GONE: N_("Shopify says that the customer does not exist any more, or cannot be charged."),
}
"""What each class that has a ladder is about; in the order of the page."""
_SHOPPERS_TURN = N_("Nothing is tried until the shopper has done something; then it is tried at once")
WAITS = dict.fromkeys(ONLY_SHOPPERS - {Decline.CUSTOMER_GONE}, _SHOPPERS_TURN)


MANY = 5


def preview(decline: Decline, own: Ladders, failed_at: datetime, zone: ZoneInfo) -> list[str]:
    """Return what happens to a charge of this class that fails at an instant, if every try fails, in sentences."""
    steps = policy.outlook(decline, {}, own, failed_at, zone)
    tries, last = [step for step in steps if step.step is Step.RETRY], steps[-1]
    if decline is not Decline.TRANSIENT:
        return _told(decline, tries, last, policy.final_of(decline, own), failed_at, zone)
    first = len(own[decline].waits)
    passing = f"{_tries_again(tries[:first], zone)}. " if first else ""
    begun = tries[first - 1].at if first else failed_at
    then = _told(Decline.SOFT, tries[first:], last, policy.final_of(Decline.SOFT, own), begun, zone)
    rest = _("Whatever has not passed then is treated as “%(trouble)s”:", trouble=CLASSES[Decline.SOFT])
    return [f"{passing}{rest}", *then]


def fails_at(now: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """Return the instant (UTC) at which today's charges run. `hour`: the shop's, 0–23."""
    return calendar.due_at(now, zone, hour)


def _told(
    decline: Decline, tries: Sequence[Next], last: Next, final: Final, failed_at: datetime, zone: ZoneInfo
) -> list[str]:
    does = DOES[final]
    if not tries:
        waits = WAITS.get(decline, _("Nothing is tried"))
        if last.at == failed_at:
            return [_("%(waits)s. Perennial %(does)s at once.", waits=waits, does=does)]
        return [
            _(
                "%(waits)s. If that does not help, Perennial %(does)s on %(at)s.",
                waits=waits,
                does=does,
                at=moment(last.at, zone),
            )
        ]
    days = _tries_again(tries, zone)
    if last.at == tries[-1].at:
        return [_("%(days)s, then %(does)s.", days=days, does=does)]
    return [
        f"{days}.",
        _("If none of them succeeds, Perennial %(does)s on %(at)s.", does=does, at=moment(last.at, zone)),
    ]


def _tries_again(tries: Sequence[Next], zone: ZoneInfo) -> str:
    return _("Tries again %(days)s", days=_moments([step.at for step in tries], zone))


def _moments(instants: Sequence[datetime], zone: ZoneInfo) -> str:
    """E.g. "on December 3, 6 and 10 at 9:00 AM"; each with its hour where they are at different ones."""
    hours = {clock_time(at, zone) for at in instants}
    if len(hours) == 1:
        return _("%(days)s at %(time)s", days=_days(instants, zone), time=hours.pop())
    days = [_("%(days)s at %(time)s", days=month_day(at, zone), time=clock_time(at, zone)) for at in instants]
    return _("on %(days)s", days=_listed(days))


def _days(instants: Sequence[datetime], zone: ZoneInfo) -> str:
    """E.g. "on December 3, 6 and 10"; MANY days in a row as "every day from December 3 to December 10"."""
    days = [local_day(at, zone) for at in instants]
    if len(days) >= MANY and (days[-1] - days[0]).days == len(days) - 1:
        return _("every day from %(first)s to %(last)s", first=month_day(days[0]), last=month_day(days[-1]))
    return _("on %(days)s", days=_listed(_named(days)))


def _named(days: Sequence[date]) -> list[str]:
    """Days that name their month: in English only where it is another one than the day's before ("December 3, 6")."""
    found, month, repeats = [], 0, locale().language != "en"
    for on in days:
        found.append(month_day(on) if repeats or on.month != month else str(on.day))
        month = on.month
    return found


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else _("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])
