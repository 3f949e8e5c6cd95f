"""The journal in a merchant's words: one place where a fact's kind becomes a sentence."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal, InvalidOperation

from shopify_app.edits.answers import WORDS as DATE_WORDS
from shopify_app.edits.answers import Refusal
from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.edits.contract.statuses import REASONS as CANCEL_REASONS
from shopify_app.journal.models import ACCEPTED, DROPPED, PARKED_DELIVERY, Delivery, Fact
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.notices.models import Notice
from shopify_app.web.admin import (
    card_words,
    edited,
    fulfillment_words,
    leaving_words,
    mail_face,
    order_words,
    payment_words,
    plan_words,
    rule_words,
    stock_words,
)
from shopify_app.web.admin.sentence import Sentence, Telling, about, fixed, instant, said, who
from shopify_app.web.admin.stock import words as stock_said
from shopify_app.web.admin.words import decline, reason
from shopify_app.web.format import day, inner, money, plural

REFUSED = N_("Shopify refused.")
_CHANNELS = {"klaviyo": "Klaviyo", "flow": "Shopify Flow"}


def sentence(fact: Fact, zone: tzinfo) -> Sentence:
    """Return a fact as a sentence. A kind this table does not know is spelled out rather than hidden."""
    telling = TELLINGS.get(fact.kind)
    if telling is None:
        return Sentence(fact.kind.replace("_", " ").replace(".", ": ").capitalize() + ".")
    told_of = telling(fact, zone)
    against = rule_words.against(fact.data.get("overrides") or [])
    if not against:
        return told_of
    return told_of._replace(words=f"{told_of.words} {_('This went against %(rules)s.', rules=against)}")


def told(delivery: Delivery) -> str:
    """Return where a fact has been told, e.g. "Accepted by Klaviyo". Accepted is never called sent.

    No time: only the machine's is known, which beside the fact's business time would read as the same clock.
    """
    channel = _CHANNELS.get(delivery.channel, delivery.channel.capitalize())
    if delivery.state == ACCEPTED:
        return _("Accepted by %(channel)s", channel=channel)
    if delivery.state == DROPPED:
        return _("Not sent to %(channel)s: %(why)s", channel=channel, why=_plain(delivery.reason))
    if delivery.state == PARKED_DELIVERY:
        why = _plain(delivery.reason or delivery.last_error)
        return _("Not sent to %(channel)s: %(why)s", channel=channel, why=why)
    if delivery.tries:
        return ngettext(
            "Waiting for %(channel)s, tried %(num)s time",
            "Waiting for %(channel)s, tried %(num)s times",
            delivery.tries,
            channel=channel,
        )
    return _("Waiting to be sent to %(channel)s", channel=channel)


def _plain(text: str | None) -> str:
    words = reason(text or _("no reason recorded")).rstrip(".")
    return inner(words)


def _upcoming(fact: Fact, zone: tzinfo) -> Sentence:
    lead = fact.data.get("lead_days")
    charge_at = instant(fact.data.get("due_at"))
    if isinstance(lead, int):
        words = _("Time for the %(days)s-day notice", days=lead)
    else:
        words = _("Time for the notice")
    when = _("the charge is on %(day)s", day=day(charge_at, zone)) if charge_at else ""
    return Sentence(said(words, "", when))


def _changed(fact: Fact, zone: tzinfo) -> Sentence:
    before, after = fact.before or {}, fact.after or {}
    was, now_on = instant(before.get("due_at")), instant(after.get("due_at"))
    changes = fact.data.get("changes") or []
    date = _("the charge is on %(day)s", day=day(now_on, zone))
    if was:
        date = _("the charge is on %(new)s instead of %(old)s", new=day(now_on, zone), old=day(was, zone))
    told = {
        "skipped": _("it is skipped") if after.get("skipped") else _("it takes place after all"),
        "date": date,
        "items": _("it holds other items"),
        "amount": _("it costs another amount"),
    }
    words = ", ".join(told[change] for change in changes if change in told) or _("see Shopify")
    if fact.data.get("late_notice"):
        words = _(
            "An announced order changed%(who)s, at shorter notice than you chose: %(changes)s.",
            who=who(fact),
            changes=words,
        )
    else:
        words = _("An announced order changed%(who)s: %(changes)s.", who=who(fact), changes=words)
    return Sentence(words, "warning")


def _delivery(fact: Fact, zone: tzinfo) -> Sentence:
    lead, number, total = (fact.data.get(name) for name in ("lead_days", "delivery", "deliveries"))
    ships_at = instant(fact.data.get("ships_at"))
    places = {"days": lead, "number": number, "total": total}
    if ships_at is None:
        return Sentence(_("Time for the %(days)s-day notice of delivery %(number)s of %(total)s.", **places))
    return Sentence(
        _(
            "Time for the %(days)s-day notice of delivery %(number)s of %(total)s on %(day)s.",
            day=day(ships_at, zone),
            **places,
        )
    )


def _delivery_changed(fact: Fact, zone: tzinfo) -> Sentence:
    number, total = fact.data.get("delivery"), fact.data.get("deliveries")
    before, after = instant((fact.before or {}).get("ships_at")), instant((fact.after or {}).get("ships_at"))
    what = _("Delivery %(number)s of %(total)s", number=number, total=total)
    if before:
        what = _("Delivery %(number)s of %(total)s of %(day)s", number=number, total=total, day=day(before, zone))
    if after is None:
        return Sentence(_("%(delivery)s was cancelled after it was told.", delivery=what), "warning")
    words = _("%(delivery)s moved to %(day)s after it was told.", delivery=what, day=day(after, zone))
    return Sentence(words, "warning")


def _leads(fact: Fact, zone: tzinfo) -> Sentence:
    days = [str(lead) for lead in (fact.after or {}).get("lead_days") or []]
    if not days:
        return Sentence(_("Shoppers are told of no order any more, chosen%(who)s.", who=who(fact)))
    listed = days.pop()
    while days:
        listed = _("%(first)s and %(last)s", first=days.pop(), last=listed)
    words = _("Shoppers are told %(days)s days before an order, chosen%(who)s.", days=listed, who=who(fact))
    return Sentence(words)


def _links(fact: Fact, zone: tzinfo) -> Sentence:
    if (fact.after or {}).get("mail_links") == "account":
        return Sentence(_("Links in mails lead into the shopper's account, chosen%(who)s.", who=who(fact)))
    return Sentence(_("Links in mails act after a confirmation, chosen%(who)s.", who=who(fact)))


def _language(fact: Fact, zone: tzinfo) -> Sentence:
    name = mail_face.LANGUAGES.get(str((fact.after or {}).get("language")))
    if name is None:
        return Sentence(_("Pages speak to each of your staff as Shopify does, chosen%(who)s.", who=who(fact)))
    return Sentence(
        _("Pages and mails to your staff are in %(language)s, chosen%(who)s.", language=name, who=who(fact))
    )


def _flow(fact: Fact, zone: tzinfo) -> Sentence:
    after = fact.after or {}
    number = after.get("triggers") or 0
    kinds = plural(number, "kind")
    hears = _("hears of %(kinds)s of events", kinds=kinds) if number else _("hears nothing")
    acts = _("may change subscriptions") if after.get("takes_actions") else _("may change nothing")
    words = _("Shopify Flow %(hears)s and %(acts)s. Chosen%(who)s.", hears=hears, acts=acts, who=who(fact))
    return Sentence(words)


def _mail(fact: Fact, zone: tzinfo) -> Sentence:
    after = fact.after or {}
    staff = after.get("staff") or 0
    alerts = plural(staff, "address", "addresses") if staff else _("nobody")
    places = {"alerts": alerts, "who": who(fact)}
    if after.get("fallback"):
        words = _(
            "While Klaviyo cannot be told, shoppers are told by mail; alerts go to %(alerts)s. Chosen%(who)s.",
            **places,
        )
    else:
        words = _(
            "While Klaviyo cannot be told, shoppers are not told by mail; alerts go to %(alerts)s. Chosen%(who)s.",
            **places,
        )
    return Sentence(words)


def _rules(fact: Fact, zone: tzinfo) -> Sentence:
    plan, by = fact.data.get("plan"), who(fact)
    if (fact.after or {}).get("rules") is None:
        return Sentence(
            _("The plan %(plan)s follows the shop's rules for shoppers again, chosen%(who)s.", plan=plan, who=by)
        )
    if plan:
        return Sentence(
            _("What shoppers of the plan %(plan)s may change was decided anew%(who)s.", plan=plan, who=by)
        )
    return Sentence(_("What shoppers may change was decided anew%(who)s.", who=by))


def planned(notice: Notice, zone: tzinfo) -> Sentence:
    """Return that a notice was planned, e.g. "Mail about the order of … planned for …"."""
    late = notice.planned_at is not None and notice.planned_at > notice.plan_at
    subject = _subject(notice, zone)
    if late:
        return Sentence(_("Mail about %(subject)s planned at once.", subject=subject))
    return Sentence(_("Mail about %(subject)s planned for %(day)s.", subject=subject, day=day(notice.plan_at, zone)))


def dropped(notice: Notice, zone: tzinfo) -> Sentence:
    """Return that a planned notice was not told, and why."""
    words = ngettext(
        "No mail %(num)s day before %(subject)s: %(why)s.",
        "No mail %(num)s days before %(subject)s: %(why)s.",
        notice.lead_days,
        subject=_subject(notice, zone),
        why=_plain(notice.reason),
    )
    return Sentence(words)


def _subject(notice: Notice, zone: tzinfo) -> str:
    on = day(notice.planned_for, zone)
    if notice.delivery:
        return _("delivery %(number)s of %(day)s", number=notice.delivery, day=on)
    return _("the order of %(day)s", day=on)


def _processed(fact: Fact, zone: tzinfo) -> Sentence:
    amount, order = _amount(fact), fact.data.get("order_name")
    words = _("Charged %(amount)s", amount=amount) if amount else _("Charged")
    return Sentence(f"{words}, {_('order %(name)s', name=order)}." if order else f"{words}.", "success")


def _failed(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"{_('Charge failed.')} {decline(fact.data.get('code'))}", "critical")


def _duplicate(fact: Fact, zone: tzinfo) -> Sentence:
    order = fact.data.get("order_name") or _("the extra order")
    words = _("This billing date was paid a second time. Refund %(order)s in Shopify.", order=order)
    return Sentence(words, "critical")


def _stopped(fact: Fact, zone: tzinfo) -> Sentence:
    words = _("Charging was stopped%(who)s.", who=who(fact))
    return Sentence(f"{words} {reason(fact.cause)}".strip(), "critical")


def _parked(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"{_('Waits for you.')} {reason((fact.after or {}).get('reason'))}".strip(), "warning")


def _paused(fact: Fact, zone: tzinfo) -> Sentence:
    end = instant(fact.data.get("resumes_at"))
    if end is None:
        return Sentence(_("Paused%(who)s.", who=who(fact)), "warning")
    return Sentence(_("Paused%(who)s until %(day)s.", who=who(fact), day=day(end, zone)), "warning")


def _cancelled(fact: Fact, zone: tzinfo) -> Sentence:
    why = CANCEL_REASONS.get(str(fact.data.get("reason")))
    if why is None:
        return Sentence(_("Cancelled%(who)s.", who=who(fact)), "critical")
    words = _("Cancelled%(who)s. Reason: %(reason)s.", who=who(fact), reason=inner(why))
    return Sentence(words, "critical")


def _edit_rejected(fact: Fact, zone: tzinfo) -> Sentence:
    try:
        why = WORDS[No(str(fact.data.get("refusal")))]
    except ValueError:
        why = REFUSED
    words = _("What was asked for%(who)s was not done.", who=who(fact))
    return Sentence(f"{words} {why}", "warning")


def _date_rejected(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("expected_at"))
    try:
        why = DATE_WORDS[Refusal(str(fact.data.get("refusal")))]
    except ValueError:
        why = REFUSED
    if at is None:
        words = _("What was asked for the order%(who)s was not done.", who=who(fact))
    else:
        words = _("What was asked for the order of %(day)s%(who)s was not done.", day=day(at, zone), who=who(fact))
    return Sentence(f"{words} {why}", "warning")


def _note_deleted(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("written_at"))
    return Sentence(_("A note of %(day)s was deleted%(who)s.", day=day(at, zone) if at else "", who=who(fact)))


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
    "subscription.started": fixed(N_("Subscription started"), "success"),
    "subscription.paused": _paused,
    "subscription.resumed": fixed(N_("Resumed"), "success"),
    "subscription.cancelled": _cancelled,
    "subscription.withdrawn": fixed(N_("Withdrawn from the contract"), "critical"),
    "subscription.withdraw_requested": fixed(N_("A withdrawal from the contract was asked for")),
    "subscription.stay_discount_requested": fixed(N_("The discount for staying was chosen")),
    "leaving.changed": leaving_words.changed,
    "subscription.expired": fixed(N_("Ended: the last planned delivery was reached")),
    "subscription.failed": fixed(N_("Shopify marked the subscription as failed"), "critical"),
    "subscription.pause_requested": fixed(N_("A pause was asked for")),
    "subscription.resume_requested": fixed(N_("Resuming was asked for")),
    "subscription.reactivate_requested": fixed(N_("Reactivating was asked for")),
    "subscription.cancel_requested": fixed(N_("Cancelling was asked for")),
    "subscription.edit_rejected": _edit_rejected,
    "order.upcoming": _upcoming,
    "order.changed": _changed,
    "delivery.upcoming": _delivery,
    "delivery.changed": _delivery_changed,
    "notices.leads_changed": _leads,
    "links.mode_changed": _links,
    "mail.settings_changed": _mail,
    "language.changed": _language,
    "flow.settings_changed": _flow,
    "rules.changed": _rules,
    "stock.rules_changed": stock_said.changed,
    "order.processed": _processed,
    "charge.failed": _failed,
    "charge.duplicate": _duplicate,
    "charge.challenged": fixed(N_("The bank asks the shopper to confirm the payment"), "warning"),
    "charge.parked": _parked,
    "charge.released": about(N_("Released")),
    "charge.asked_for": about(N_("Charge now chosen")),
    "order.skip_requested": about(N_("Skip asked for")),
    "order.unskip_requested": about(N_("Asked to bring back")),
    "order.move_requested": about(N_("Another date asked for")),
    "order.edit_rejected": _date_rejected,
    "staff_note.deleted": _note_deleted,
    "charging.stopped": _stopped,
    "charging.started": fixed(N_("Charging was started again"), "success"),
}
"""Fact kind → how it is told. A test finds every kind that the code records."""
