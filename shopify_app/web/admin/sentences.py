"""The journal in a merchant's words: one place where a fact's kind becomes a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from shopify_app.journal.models import ACCEPTED, DROPPED, PARKED_DELIVERY, Delivery, Fact
from shopify_app.web.admin.words import decline, reason
from shopify_app.web.format import day, money, plural


class Sentence(NamedTuple):
    """What happened, and the colour of its dot (success, warning, critical or neutral)."""

    words: str
    tone: str = "neutral"


Telling = Callable[[Fact, tzinfo], Sentence]

_CHANNELS = {"klaviyo": "Klaviyo"}
_ACTORS = {"merchant": "by you or your staff", "shopper": "by the shopper", "link": "by the shopper from a mail"}


def sentence(fact: Fact, zone: tzinfo) -> Sentence:
    """Return a fact as a sentence. A kind this table does not know is spelled out rather than hidden."""
    telling = TELLINGS.get(fact.kind)
    if telling is None:
        return Sentence(fact.kind.replace("_", " ").replace(".", ": ").capitalize() + ".")
    return telling(fact, zone)


def told(delivery: Delivery) -> str:
    """Return where a fact has been told, e.g. "Accepted by Klaviyo". Accepted is never called sent.

    No time: only the machine's is known, which beside the fact's business time would read as the same clock.
    """
    channel = _CHANNELS.get(delivery.channel, delivery.channel.capitalize())
    if delivery.state == ACCEPTED:
        return f"Accepted by {channel}"
    if delivery.state == DROPPED:
        return f"Not sent to {channel}: {_plain(delivery.reason)}"
    if delivery.state == PARKED_DELIVERY:
        return f"Not sent to {channel}: {_plain(delivery.reason or delivery.last_error)}"
    if delivery.tries:
        return f"Waiting for {channel}, tried {plural(delivery.tries, 'time')}"
    return f"Waiting to be sent to {channel}"


def _plain(text: str | None) -> str:
    words = reason(text or "no reason recorded").rstrip(".")
    return words[:1].lower() + words[1:]


def _fixed(words: str, tone: str = "neutral") -> Telling:
    return lambda fact, zone: Sentence(f"{words}{_who(fact)}.", tone)


def _who(fact: Fact) -> str:
    who = _ACTORS.get(fact.actor.split(":")[0])
    return f" {who}" if who else ""


def _upcoming(fact: Fact, zone: tzinfo) -> Sentence:
    lead = fact.data.get("lead_days")
    charge_at = _instant(fact.data.get("due_at"))
    notice = f"the {lead}-day notice" if isinstance(lead, int) else "the notice"
    when = f": the charge is on {day(charge_at, zone)}" if charge_at else ""
    return Sentence(f"Time for {notice}{when}.")


def _processed(fact: Fact, zone: tzinfo) -> Sentence:
    amount = _amount(fact)
    order = fact.data.get("order_name")
    return Sentence(f"Charged{f' {amount}' if amount else ''}{f', order {order}' if order else ''}.", "success")


def _failed(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"Charge failed. {decline(fact.data.get('code'))}", "critical")


def _duplicate(fact: Fact, zone: tzinfo) -> Sentence:
    order = fact.data.get("order_name") or "the extra order"
    return Sentence(f"This billing date was paid a second time. Refund {order} in Shopify.", "critical")


def _stopped(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"Charging was stopped{_who(fact)}. {reason(fact.cause)}".strip(), "critical")


def _parked(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"Waits for you. {reason((fact.after or {}).get('reason'))}".strip(), "warning")


def _about(words: str, tone: str = "neutral") -> Telling:
    """A sentence about one charge date, e.g. "Skipped by you or your staff: Fri, Dec 4, 2026."."""

    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        at = _instant(fact.data.get("expected_at"))
        return Sentence(f"{words}{_who(fact)}{f': {day(at, zone)}' if at else ''}.", tone)

    return tell


def _moved(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (_instant((side or {}).get("expected_at")) for side in (fact.before, fact.after))
    dates = f": from {day(old, zone)} to {day(new, zone)}" if old and new else ""
    return Sentence(f"Moved{_who(fact)}{dates}.", "warning")


def _amount(fact: Fact) -> str:
    try:
        return money(Decimal(str(fact.data.get("amount"))), fact.data.get("currency"))
    except InvalidOperation:
        return ""


def _instant(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


TELLINGS: dict[str, Telling] = {
    "subscription.started": _fixed("Subscription started", "success"),
    "subscription.paused": _fixed("Paused", "warning"),
    "subscription.resumed": _fixed("Resumed", "success"),
    "subscription.cancelled": _fixed("Cancelled", "critical"),
    "subscription.expired": _fixed("Ended: the last planned delivery was reached"),
    "subscription.failed": _fixed("Shopify marked the subscription as failed", "critical"),
    "order.upcoming": _upcoming,
    "order.processed": _processed,
    "charge.failed": _failed,
    "charge.duplicate": _duplicate,
    "charge.challenged": _fixed("The bank asks the shopper to confirm the payment", "warning"),
    "charge.parked": _parked,
    "charge.released": _about("Released"),
    "charge.asked_for": _about("Charge now chosen"),
    "order.skip_requested": _about("Skip asked for"),
    "order.skipped": _about("Skipped", "warning"),
    "order.unskip_requested": _about("Asked to bring back"),
    "order.unskipped": _about("Brought back", "success"),
    "order.move_requested": _about("Another date asked for"),
    "order.moved": _moved,
    "charging.stopped": _stopped,
    "charging.started": _fixed("Charging was started again", "success"),
}
"""Fact kind → how it is told. A test finds every kind that the code records."""
