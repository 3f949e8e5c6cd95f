"""The journal in a merchant's words: one place where a fact's kind becomes a sentence."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal, InvalidOperation

from shopify_app.edits.answers import WORDS as DATE_WORDS
from shopify_app.edits.answers import Refusal
from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.edits.contract.statuses import REASONS as CANCEL_REASONS
from shopify_app.journal.models import ACCEPTED, DROPPED, PARKED_DELIVERY, Delivery, Fact
from shopify_app.notices.models import Notice
from shopify_app.web.admin import (
    card_words,
    edited,
    fulfillment_words,
    leaving_words,
    order_words,
    payment_words,
    plan_words,
    rule_words,
    stock_words,
)
from shopify_app.web.admin.sentence import Sentence, Telling, about, fixed, instant, who
from shopify_app.web.admin.stock import words as stock_said
from shopify_app.web.admin.words import decline, reason
from shopify_app.web.format import day, money, plural

_CHANNELS = {"klaviyo": "Klaviyo", "flow": "Shopify Flow"}


def sentence(fact: Fact, zone: tzinfo) -> Sentence:
    """Return a fact as a sentence. A kind this table does not know is spelled out rather than hidden."""
    telling = TELLINGS.get(fact.kind)
    if telling is None:
        return Sentence(fact.kind.replace("_", " ").replace(".", ": ").capitalize() + ".")
    said = telling(fact, zone)
    against = rule_words.against(fact.data.get("overrides") or [])
    return said._replace(words=f"{said.words} This went against {against}.") if against else said


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


def _upcoming(fact: Fact, zone: tzinfo) -> Sentence:
    lead = fact.data.get("lead_days")
    charge_at = instant(fact.data.get("due_at"))
    notice = f"the {lead}-day notice" if isinstance(lead, int) else "the notice"
    when = f": the charge is on {day(charge_at, zone)}" if charge_at else ""
    return Sentence(f"Time for {notice}{when}.")


def _changed(fact: Fact, zone: tzinfo) -> Sentence:
    before, after = fact.before or {}, fact.after or {}
    was, now_on = instant(before.get("due_at")), instant(after.get("due_at"))
    changes = fact.data.get("changes") or []
    said = {
        "skipped": "it is skipped" if after.get("skipped") else "it takes place after all",
        "date": f"the charge is on {day(now_on, zone)}" + (f" instead of {day(was, zone)}" if was else ""),
        "items": "it holds other items",
        "amount": "it costs another amount",
    }
    words = ", ".join(said[change] for change in changes if change in said)
    late = ", at shorter notice than you chose" if fact.data.get("late_notice") else ""
    return Sentence(f"An announced order changed{who(fact)}{late}: {words or 'see Shopify'}.", "warning")


def _delivery(fact: Fact, zone: tzinfo) -> Sentence:
    lead, number, total = (fact.data.get(name) for name in ("lead_days", "delivery", "deliveries"))
    ships_at = instant(fact.data.get("ships_at"))
    when = f" on {day(ships_at, zone)}" if ships_at else ""
    return Sentence(f"Time for the {lead}-day notice of delivery {number} of {total}{when}.")


def _delivery_changed(fact: Fact, zone: tzinfo) -> Sentence:
    number, total = fact.data.get("delivery"), fact.data.get("deliveries")
    before, after = instant((fact.before or {}).get("ships_at")), instant((fact.after or {}).get("ships_at"))
    of = f" of {day(before, zone)}" if before else ""
    became = f"moved to {day(after, zone)}" if after else "was cancelled"
    return Sentence(f"Delivery {number} of {total}{of} {became} after it was told.", "warning")


def _leads(fact: Fact, zone: tzinfo) -> Sentence:
    days = (fact.after or {}).get("lead_days") or []
    told = f"{' and '.join(map(str, days))} days before an order" if days else "of no order any more"
    return Sentence(f"Shoppers are told {told}, chosen{who(fact)}.")


def _links(fact: Fact, zone: tzinfo) -> Sentence:
    is_account = (fact.after or {}).get("mail_links") == "account"
    do = "lead into the shopper's account" if is_account else "act after a confirmation"
    return Sentence(f"Links in mails {do}, chosen{who(fact)}.")


def _flow(fact: Fact, zone: tzinfo) -> Sentence:
    after = fact.after or {}
    number = after.get("triggers") or 0
    hears = f"hears of {plural(number, 'kind')} of events" if number else "hears nothing"
    acts = "may change subscriptions" if after.get("takes_actions") else "may change nothing"
    return Sentence(f"Shopify Flow {hears} and {acts}. Chosen{who(fact)}.")


def _mail(fact: Fact, zone: tzinfo) -> Sentence:
    after = fact.after or {}
    shoppers = "told by mail" if after.get("fallback") else "not told by mail"
    staff = after.get("staff") or 0
    alerts = plural(staff, "address", "addresses") if staff else "nobody"
    words = f"While Klaviyo cannot be told, shoppers are {shoppers}; alerts go to {alerts}"
    return Sentence(f"{words}. Chosen{who(fact)}.")


def _rules(fact: Fact, zone: tzinfo) -> Sentence:
    plan = fact.data.get("plan")
    whose = f" of the plan {plan}" if plan else ""
    if (fact.after or {}).get("rules") is None:
        return Sentence(f"The plan {plan} follows the shop's rules for shoppers again, chosen{who(fact)}.")
    return Sentence(f"What shoppers{whose} may change was decided anew{who(fact)}.")


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
    return Sentence(f"Charging was stopped{who(fact)}. {reason(fact.cause)}".strip(), "critical")


def _parked(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"Waits for you. {reason((fact.after or {}).get('reason'))}".strip(), "warning")


def _paused(fact: Fact, zone: tzinfo) -> Sentence:
    end = instant(fact.data.get("resumes_at"))
    return Sentence(f"Paused{who(fact)}{f' until {day(end, zone)}' if end else ''}.", "warning")


def _cancelled(fact: Fact, zone: tzinfo) -> Sentence:
    why = CANCEL_REASONS.get(str(fact.data.get("reason")))
    return Sentence(f"Cancelled{who(fact)}{f'. Reason: {why[:1].lower()}{why[1:]}' if why else ''}.", "critical")


def _edit_rejected(fact: Fact, zone: tzinfo) -> Sentence:
    try:
        why = WORDS[No(str(fact.data.get("refusal")))]
    except ValueError:
        why = "Shopify refused."
    return Sentence(f"What was asked for{who(fact)} was not done. {why}", "warning")


def _date_rejected(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("expected_at"))
    try:
        why = DATE_WORDS[Refusal(str(fact.data.get("refusal")))]
    except ValueError:
        why = "Shopify refused."
    of = f" of {day(at, zone)}" if at else ""
    return Sentence(f"What was asked for the order{of}{who(fact)} was not done. {why}", "warning")


def _amount(fact: Fact) -> str:
    try:
        return money(Decimal(str(fact.data.get("amount"))), fact.data.get("currency"))
    except InvalidOperation:
        return ""


TELLINGS: dict[str, Telling] = {
    **edited.TELLINGS,
    **plan_words.TELLINGS,
    **payment_words.TELLINGS,
    **card_words.TELLINGS,
    **order_words.TELLINGS,
    **stock_words.TELLINGS,
    **fulfillment_words.TELLINGS,
    "subscription.started": fixed("Subscription started", "success"),
    "subscription.paused": _paused,
    "subscription.resumed": fixed("Resumed", "success"),
    "subscription.cancelled": _cancelled,
    "subscription.withdrawn": fixed("Withdrawn from the contract", "critical"),
    "subscription.withdraw_requested": fixed("A withdrawal from the contract was asked for"),
    "subscription.stay_discount_requested": fixed("The discount for staying was chosen"),
    "leaving.changed": leaving_words.changed,
    "subscription.expired": fixed("Ended: the last planned delivery was reached"),
    "subscription.failed": fixed("Shopify marked the subscription as failed", "critical"),
    "subscription.pause_requested": fixed("A pause was asked for"),
    "subscription.resume_requested": fixed("Resuming was asked for"),
    "subscription.reactivate_requested": fixed("Reactivating was asked for"),
    "subscription.cancel_requested": fixed("Cancelling was asked for"),
    "subscription.edit_rejected": _edit_rejected,
    "order.upcoming": _upcoming,
    "order.changed": _changed,
    "delivery.upcoming": _delivery,
    "delivery.changed": _delivery_changed,
    "notices.leads_changed": _leads,
    "links.mode_changed": _links,
    "mail.settings_changed": _mail,
    "flow.settings_changed": _flow,
    "rules.changed": _rules,
    "stock.rules_changed": stock_said.changed,
    "order.processed": _processed,
    "charge.failed": _failed,
    "charge.duplicate": _duplicate,
    "charge.challenged": fixed("The bank asks the shopper to confirm the payment", "warning"),
    "charge.parked": _parked,
    "charge.released": about("Released"),
    "charge.asked_for": about("Charge now chosen"),
    "order.skip_requested": about("Skip asked for"),
    "order.unskip_requested": about("Asked to bring back"),
    "order.move_requested": about("Another date asked for"),
    "order.edit_rejected": _date_rejected,
    "charging.stopped": _stopped,
    "charging.started": fixed("Charging was started again", "success"),
}
"""Fact kind → how it is told. A test finds every kind that the code records."""
