"""What is done to orders that are paid already, and tasks for a person, in a merchant's words."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _, filled, known
from shopify_app.web.admin.sentence import Sentence, Telling, instant, said, who, whoever
from shopify_app.web.format import day


def _order(fact: Fact) -> str:
    return _("order %(name)s", name=fact.data.get("order_name") or "").strip()


def _paid(words: str, tone: str = "neutral") -> Telling:
    """E.g. "The paid order #1002 was held, to be changed."."""
    return lambda fact, zone: Sentence(filled(words, order=_order(fact), who=whoever(fact)), tone)


def _items(fact: Fact, zone: tzinfo) -> Sentence:
    was, now = (_listed((side or {}).get("items")) for side in (fact.before, fact.after))
    items = _("%(new)s instead of %(old)s", new=now, old=was) if was and now else ""
    words = _("The paid %(order)s was changed, as asked for%(who)s", order=_order(fact), who=who(fact))
    return Sentence(said(words, "", items), "warning")


def _rescheduled(fact: Fact, zone: tzinfo) -> Sentence:
    was, now = (instant((side or {}).get("ships_at")) for side in (fact.before, fact.after))
    places = {"order": _order(fact), "who": who(fact)}
    if was is None or now is None:
        return Sentence(_("A paid delivery of %(order)s was moved, as asked for%(who)s.", **places), "warning")
    words = _(
        "A paid delivery of %(order)s was moved from %(old)s to %(new)s, as asked for%(who)s.",
        old=day(was, zone),
        new=day(now, zone),
        **places,
    )
    return Sentence(words, "warning")


def _listed(items: list[dict[str, Any]] | None) -> str:
    found = [(one.get("quantity"), one.get("title"), one.get("variant_title")) for one in items or ()]
    return ", ".join(f"{count} × {title}{f' ({variant})' if variant else ''}" for count, title, variant in found)


def _task(words: str, tone: str) -> Telling:
    return lambda fact, zone: Sentence(f"{filled(words, who=who(fact))}: {known(fact.data.get('words'))}", tone)


TELLINGS: dict[str, Telling] = {
    "order.held": _paid(N_("The paid %(order)s is held in Shopify while it is changed.")),
    "order.address_changed": _paid(
        N_("The paid %(order)s goes to the new address, too, as asked for%(who)s."), "warning"
    ),
    "order.items_changed": _items,
    "order.rescheduled": _rescheduled,
    "order.released": _paid(N_("The paid %(order)s was released: it may be packed.")),
    "task.opened": _task(N_("A person is needed"), "critical"),
    "task.done": _task(N_("Done%(who)s"), "success"),
    "task.reopened": _task(N_("Not done after all, said%(who)s"), "warning"),
}
