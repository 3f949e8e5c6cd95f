"""What is done to orders that are paid already, and tasks for a person, in a merchant's words."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from shopify_app.journal.models import Fact
from shopify_app.web.admin.sentence import Sentence, Telling, instant, who, whoever
from shopify_app.web.format import day


def _order(fact: Fact) -> str:
    return f"order {fact.data.get('order_name') or ''}".strip()


def _paid(words: str, tone: str = "neutral") -> Telling:
    """E.g. "The paid order #1002 was held, to be changed."."""
    return lambda fact, zone: Sentence(words.format(order=_order(fact), who=whoever(fact)), tone)


def _items(fact: Fact, zone: tzinfo) -> Sentence:
    was, now = (_listed((side or {}).get("items")) for side in (fact.before, fact.after))
    said = f": {now} instead of {was}" if was and now else ""
    return Sentence(f"The paid {_order(fact)} was changed, as asked for{who(fact)}{said}.", "warning")


def _rescheduled(fact: Fact, zone: tzinfo) -> Sentence:
    was, now = (instant((side or {}).get("ships_at")) for side in (fact.before, fact.after))
    said = f" from {day(was, zone)} to {day(now, zone)}" if was and now else ""
    return Sentence(f"A paid delivery of {_order(fact)} was moved{said}, as asked for{who(fact)}.", "warning")


def _listed(items: list[dict[str, Any]] | None) -> str:
    found = [(one.get("quantity"), one.get("title"), one.get("variant_title")) for one in items or ()]
    return ", ".join(f"{count} × {title}{f' ({variant})' if variant else ''}" for count, title, variant in found)


def _task(words: str, tone: str) -> Telling:
    return lambda fact, zone: Sentence(f"{words.format(who=who(fact))}: {fact.data.get('words') or ''}", tone)


TELLINGS: dict[str, Telling] = {
    "order.held": _paid("The paid {order} is held in Shopify while it is changed."),
    "order.address_changed": _paid("The paid {order} goes to the new address, too, as asked for{who}.", "warning"),
    "order.items_changed": _items,
    "order.rescheduled": _rescheduled,
    "order.released": _paid("The paid {order} was released: it may be packed."),
    "task.opened": _task("A person is needed", "critical"),
    "task.done": _task("Done{who}", "success"),
    "task.reopened": _task("Not done after all, said{who}", "warning"),
}
