"""What is done with orders in which something is missing, in a merchant's words, and what the history says of it."""

from __future__ import annotations

from datetime import date, tzinfo

from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.web.admin.sentence import Sentence, Telling, instant, who
from shopify_app.web.format import day

DONE = {
    "tell": N_("the order waits for you"),
    "swap": N_("a substitute is sent"),
    "delay": N_("the order waits until the item is back"),
    "skip": N_("the order is skipped"),
    "ship_rest": N_("the rest of the order is sent"),
    "sell": N_("the order is charged and sent as planned"),
}
"""What can be done with such an order; the word of the policy → the end of a sentence."""
CHOICES = {
    "swap": N_("a substitute"),
    "delay": N_("waiting until the item is back"),
    "skip": N_("skipping the order"),
    "ship_rest": N_("the rest of the order"),
}
"""What a shopper may choose, as a list names it."""
TROUBLE = {
    "low": N_("runs low before this order"),
    "out": N_("is out of stock"),
    "discontinued": N_("is discontinued"),
}
"""Kind of a cause → what is wrong with the item."""


def done(word: object) -> str:
    """Return what is done; a word of a later version is spelled out."""
    return str(DONE.get(str(word), str(word).replace("_", " ")))


def item(fact: Fact) -> str:
    """Return the item a fact is about, e.g. "2 × House Blend (250 g)"."""
    found = fact.data.get("item") or {}
    variant = f" ({found['variant_title']})" if found.get("variant_title") else ""
    return f"{found.get('quantity', '?')} × {found.get('title') or _('An item')}{variant}"


def _trouble(fact: Fact, zone: tzinfo) -> Sentence:
    charge_at, default_at = instant(fact.data.get("charge_at")), instant(fact.data.get("default_at"))
    places = {"item": item(fact), "trouble": str(TROUBLE[fact.kind.removeprefix("stock.")])}
    what = (
        _("%(item)s of the order of %(day)s %(trouble)s.", day=day(charge_at, zone), **places)
        if charge_at
        else _("%(item)s %(trouble)s.", **places)
    )
    return Sentence(
        f"{what} {_if_nothing(fact, day(default_at, zone) if default_at else '')}{_choices(fact)}", "warning"
    )


def _if_nothing(fact: Fact, on: str) -> str:
    what = done(fact.data.get("default"))
    if on:
        return _("If nothing is chosen, %(what)s on %(day)s.", what=what, day=on)
    return _("If nothing is chosen, %(what)s.", what=what)


def _choices(fact: Fact) -> str:
    number = len(fact.data.get("options") or [])
    if not number:
        return ""
    return " " + ngettext("The shopper has %(num)s choice.", "The shopper has %(num)s choices.", number)


def _low(fact: Fact, zone: tzinfo) -> Sentence:
    said, until = _trouble(fact, zone), fact.data.get("runs_out_on")
    if not until:
        return said
    lasts = _("It lasts until %(day)s.", day=day(date.fromisoformat(until)))
    return said._replace(words=f"{said.words} {lasts}")


def _done(what: str) -> Telling:
    return lambda fact, zone: Sentence(_not_there(fact, str(what)), "warning")


def _delayed(fact: Fact, zone: tzinfo) -> Sentence:
    to = instant((fact.after or {}).get("expected_at"))
    what = str(DONE["delay"])
    if to:
        what = _("the order waits until the item is back, at the latest until %(day)s", day=day(to, zone))
    return Sentence(_not_there(fact, what), "warning")


def _not_there(fact: Fact, what: str) -> str:
    by = who(fact)
    if by:
        return _("%(item)s is not there: %(what)s, chosen%(who)s.", item=item(fact), what=what, who=by)
    return _("%(item)s is not there: %(what)s.", item=item(fact), what=what)


def _back(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("resume_at"))
    if at is None:
        return Sentence(_("%(item)s is back.", item=item(fact)), "success")
    words = _("%(item)s is back: the order is charged on %(day)s.", item=item(fact), day=day(at, zone))
    return Sentence(words, "success")


def _choice(fact: Fact, zone: tzinfo) -> Sentence:
    what = done(fact.data.get("choice"))
    return Sentence(
        _("Chosen%(who)s, as %(item)s is not there: %(what)s.", who=who(fact), item=item(fact), what=what)
    )


TELLINGS: dict[str, Telling] = {
    "stock.low": _low,
    "stock.out": _trouble,
    "stock.discontinued": _trouble,
    "stock.substituted": _done(DONE["swap"]),
    "stock.skipped": _done(DONE["skip"]),
    "stock.partially_filled": _done(DONE["ship_rest"]),
    "stock.delayed": _delayed,
    "stock.back": _back,
    "stock.chosen": _choice,
}
"""Fact kind → how it is told."""
