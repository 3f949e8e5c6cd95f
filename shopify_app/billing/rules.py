"""The safety bound: what a contract's past says against the next charge. Pure.

These rules are the net below the ledger. They judge what Shopify and the rows agree on but a person would find odd;
whoever releases the cycle has seen the reason and overrules them for that cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from shopify_app.kit.speech import N_, kept

TOO_MANY = kept("It would be charge number %(number)s where %(due)s fell due within one billing interval.")
OUTSIDE = N_("A later cycle was charged outside Perennial.")
OUTSIDE_BY = kept("A later cycle was charged outside Perennial, order %(order)s.")
AFTER_A_CARD = N_("Shopify does this after a card update, and then this one may be paid already.")
OTHER_CURRENCY = kept("The currency changed from %(old)s to %(new)s.")
FAR_OFF = kept("It would be about %(amount)s, far from the usual %(usual)s.")

ROOM = Decimal(3)
"""An amount more than so many times, or less than one so-many-th of, what is usual is looked at by a person."""
FEWEST = 2
"""So many paid charges make something usual."""
TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Paid:
    """A charge that was paid. `counts_for`: the date its cycle was expected, whenever the charge was made.

    `approved`: a person released the cycle, so its amount was looked at.
    """

    counts_for: datetime
    amount: Decimal | None = None
    currency: str | None = None
    approved: bool = False


@dataclass(frozen=True)
class Outside:
    """A cycle that Shopify has as billed although nobody charged it through this ledger."""

    expected_at: datetime
    order_name: str | None = None


@dataclass(frozen=True)
class History:
    """What is known of a contract when one of its cycles is about to be charged.

    `paid` is newest first. `due` are the expected dates of all its unskipped cycles, billed ones and this one
    included. `period` is the shortest the billing interval can be. `amount` is what this charge comes to before
    taxes, by what the cycle itself holds; None when nothing is known. `at_first` is the same at the prices that the
    terms had at first, None where none changes. `price_waits`: Shopify has yet to be told the price of this order.
    """

    paid: tuple[Paid, ...] = ()
    due: tuple[datetime, ...] = ()
    period: timedelta = timedelta(days=1)
    amount: Decimal | None = None
    currency: str | None = None
    outside: tuple[Outside, ...] = ()
    at_first: Decimal | None = None
    price_waits: bool = False


NOTHING_KNOWN = History()


def too_many(history: History, expected_at: datetime) -> str | None:
    """Words when this charge would be one more than the cycles due within one billing interval of its date.

    A late, moved or released charge counts for its own date, so catching up is never too many.
    """
    reach = history.period * 0.9
    near = [paid for paid in history.paid if abs(paid.counts_for - expected_at) < reach]
    due = [date for date in history.due if abs(date - expected_at) < reach + TOLERANCE]
    if len(near) + 1 <= max(len(due), 1):
        return None
    return TOO_MANY % {"number": len(near) + 1, "due": len(due)}


def paid_outside(history: History, expected_at: datetime) -> str | None:
    """Words when Shopify billed a later cycle on its own or for another app: it may have paid for this one.

    Seen after card updates: Shopify bills a new cycle and leaves the failed one open (community.shopify.dev 34057).
    """
    later = [cycle for cycle in history.outside if cycle.expected_at > expected_at]
    if not later:
        return None
    order = later[0].order_name
    return f"{OUTSIDE_BY % {'order': order} if order else OUTSIDE} {AFTER_A_CARD}"


def unusual(history: History) -> str | None:
    """Words when the amount or the currency is far from what this contract usually pays."""
    known = [paid for paid in history.paid if paid.amount]
    if len(known) < FEWEST:
        return None
    if history.currency != known[0].currency:
        return OTHER_CURRENCY % {"old": known[0].currency, "new": history.currency}
    alike = [paid for paid in known if paid.currency == history.currency]
    amounts = [paid.amount for paid in alike if paid.amount]
    if history.amount is None or len(alike) < FEWEST or not _is_far(history.amount, median(amounts)):
        return None
    if any(paid.approved and paid.amount and not _is_far(history.amount, paid.amount) for paid in alike):
        return None
    if history.at_first is not None and not _is_far(history.at_first, median(amounts)):
        return None  # the price rose or fell as was agreed
    usual = f"{median(amounts):.2f} {history.currency}"
    return FAR_OFF % {"amount": f"{history.amount:.2f} {history.currency}", "usual": usual}


def _is_far(amount: Decimal, usual: Decimal) -> bool:
    return amount > usual * ROOM or amount * ROOM < usual
