"""The journal in a merchant's words: one place where a fact's kind becomes a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.edits.contract.statuses import REASONS as CANCEL_REASONS
from shopify_app.journal.models import ACCEPTED, DROPPED, PARKED_DELIVERY, Delivery, Fact
from shopify_app.notices.models import Notice
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


def _changed(fact: Fact, zone: tzinfo) -> Sentence:
    before, after = fact.before or {}, fact.after or {}
    was, now_on = _instant(before.get("due_at")), _instant(after.get("due_at"))
    changes = fact.data.get("changes") or []
    said = {
        "skipped": "it is skipped" if after.get("skipped") else "it takes place after all",
        "date": f"the charge is on {day(now_on, zone)}" + (f" instead of {day(was, zone)}" if was else ""),
        "items": "it holds other items",
        "amount": "it costs another amount",
    }
    words = ", ".join(said[change] for change in changes if change in said)
    late = ", at shorter notice than you chose" if fact.data.get("late_notice") else ""
    return Sentence(f"An announced order changed{_who(fact)}{late}: {words or 'see Shopify'}.", "warning")


def _delivery(fact: Fact, zone: tzinfo) -> Sentence:
    lead, number, total = (fact.data.get(name) for name in ("lead_days", "delivery", "deliveries"))
    ships_at = _instant(fact.data.get("ships_at"))
    when = f" on {day(ships_at, zone)}" if ships_at else ""
    return Sentence(f"Time for the {lead}-day notice of delivery {number} of {total}{when}.")


def _delivery_changed(fact: Fact, zone: tzinfo) -> Sentence:
    number, total = fact.data.get("delivery"), fact.data.get("deliveries")
    before, after = _instant((fact.before or {}).get("ships_at")), _instant((fact.after or {}).get("ships_at"))
    of = f" of {day(before, zone)}" if before else ""
    became = f"moved to {day(after, zone)}" if after else "was cancelled"
    return Sentence(f"Delivery {number} of {total}{of} {became} after it was told.", "warning")


def _leads(fact: Fact, zone: tzinfo) -> Sentence:
    days = (fact.after or {}).get("lead_days") or []
    told = f"{' and '.join(map(str, days))} days before an order" if days else "of no order any more"
    return Sentence(f"Shoppers are told {told}, chosen{_who(fact)}.")


def _links(fact: Fact, zone: tzinfo) -> Sentence:
    is_account = (fact.after or {}).get("mail_links") == "account"
    do = "lead into the shopper's account" if is_account else "act after a confirmation"
    return Sentence(f"Links in mails {do}, chosen{_who(fact)}.")


def planned(notice: Notice, zone: tzinfo) -> Sentence:
    """Return that a notice was planned, e.g. "Mail about the order of … planned for …"."""
    late = notice.planned_at is not None and notice.planned_at > notice.plan_at
    when = "planned at once" if late else f"planned for {day(notice.plan_at, zone)}"
    return Sentence(f"Mail about {_subject(notice, zone)} {when}.")


def dropped(notice: Notice, zone: tzinfo) -> Sentence:
    """Return that a planned notice was not told, and why."""
    return Sentence(f"No mail {notice.lead_days} days before {_subject(notice, zone)}: {_plain(notice.reason)}.")


def _subject(notice: Notice, zone: tzinfo) -> str:
    what = f"delivery {notice.delivery}" if notice.delivery else "the order"
    return f"{what} of {day(notice.planned_for, zone)}"


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


def _paused(fact: Fact, zone: tzinfo) -> Sentence:
    end = _instant(fact.data.get("resumes_at"))
    return Sentence(f"Paused{_who(fact)}{f' until {day(end, zone)}' if end else ''}.", "warning")


def _cancelled(fact: Fact, zone: tzinfo) -> Sentence:
    why = CANCEL_REASONS.get(str(fact.data.get("reason")))
    return Sentence(f"Cancelled{_who(fact)}{f'. Reason: {why[:1].lower()}{why[1:]}' if why else ''}.", "critical")


def _edit_rejected(fact: Fact, zone: tzinfo) -> Sentence:
    try:
        why = WORDS[No(str(fact.data.get("refusal")))]
    except ValueError:
        why = "Shopify refused."
    return Sentence(f"What was asked for{_who(fact)} was not done. {why}", "warning")


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
    "subscription.paused": _paused,
    "subscription.resumed": _fixed("Resumed", "success"),
    "subscription.cancelled": _cancelled,
    "subscription.expired": _fixed("Ended: the last planned delivery was reached"),
    "subscription.failed": _fixed("Shopify marked the subscription as failed", "critical"),
    "subscription.pause_requested": _fixed("A pause was asked for"),
    "subscription.resume_requested": _fixed("Resuming was asked for"),
    "subscription.reactivate_requested": _fixed("Reactivating was asked for"),
    "subscription.cancel_requested": _fixed("Cancelling was asked for"),
    "subscription.edit_rejected": _edit_rejected,
    "order.upcoming": _upcoming,
    "order.changed": _changed,
    "delivery.upcoming": _delivery,
    "delivery.changed": _delivery_changed,
    "notices.leads_changed": _leads,
    "links.mode_changed": _links,
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
