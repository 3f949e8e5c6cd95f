"""Selling plans in a merchant's words: their terms, an example price, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _, filled, ngettext
from shopify_app.plans.models import SellingPlan
from shopify_app.plans.terms import Terms
from shopify_app.web.admin import plan_prices
from shopify_app.web.admin.sentence import Sentence, Telling, who
from shopify_app.web.format import beat, money, plural, rhythm


@dataclass(frozen=True)
class Item:
    """Something the shop sells, for an example price in the shop's currency."""

    title: str
    price: Decimal


ANY = Item(N_("An item"), Decimal(20))
"""The example where the catalogue holds nothing yet."""


def name_of(terms: Terms) -> str:
    """Return what shoppers read when the merchant names nothing, e.g. "Every 4 weeks on Mondays"."""
    words = beat(terms.delivery)
    words = words[:1].upper() + words[1:]
    return words if terms.deliveries == 1 else _("%(every)s, %(count)s prepaid", every=words, count=terms.deliveries)


def sentences(terms: Terms, currency: str) -> list[str]:
    """Return the terms, a sentence each."""
    found = [_rhythm(terms), *plan_prices.sentences(terms, currency)]
    if terms.cutoff:
        found.append(
            ngettext(
                "Whoever orders less than %(num)s day before that day gets the first delivery the time after.",
                "Whoever orders less than %(num)s days before that day gets the first delivery the time after.",
                terms.cutoff,
            )
        )
    if terms.min_cycles:
        found.append(
            ngettext(
                "Shoppers commit to at least %(num)s charge.",
                "Shoppers commit to at least %(num)s charges.",
                terms.min_cycles,
            )
        )
    if terms.max_cycles:
        found.append(
            ngettext(
                "The subscription ends after %(num)s charge.",
                "The subscription ends after %(num)s charges.",
                terms.max_cycles,
            )
        )
    return found


def example(terms: Terms, item: Item, currency: str) -> str:
    """Return what one item costs, e.g. "House Blend: $16.00 → $13.60 every 4 weeks"."""
    whole, price = item.price * terms.deliveries, terms.price(item.price)
    before = f"{money(whole, currency)} → " if price != whole else ""
    paid = money(price, currency)
    if terms.first:
        before, paid = "", plan_prices.steps(terms, item.price, currency)
    said = f"{item.title}: {before}{paid} {rhythm(terms.billing)}"
    if terms.deliveries == 1:
        return said
    return f"{said}, {_('%(amount)s a delivery', amount=money(price / terms.deliveries, currency))}"


def unknown(plan: SellingPlan) -> str:
    """Return what can be said of a plan whose terms these pages cannot change."""
    fixed = _("It was made with terms that cannot be changed here.")
    if not plan.billing_policy:
        return fixed
    return f"{_('Charged %(every)s.', every=rhythm(plan.billing_policy))} {fixed}"


def _rhythm(terms: Terms) -> str:
    when = beat(terms.delivery)
    if terms.deliveries == 1:
        return _("Delivered and charged %(when)s.", when=when)
    return _(
        "Delivered %(when)s; %(count)s deliveries are paid at once, %(every)s.",
        when=when,
        count=terms.deliveries,
        every=rhythm(terms.billing),
    )


def _told(words: str, tone: str = "neutral") -> Telling:
    """A sentence with the names of group and plan, the number of products, and who did it, filled in."""

    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        group, plan = (f"“{fact.data.get(name) or '?'}”" for name in ("group", "plan"))
        products, variants = (int(fact.data.get(name) or 0) for name in ("products", "variants"))
        count = plural(variants, "single variant") if variants else plural(products, "product")
        places = {"group": group, "plan": plan, "products": count, "who": who(fact)}
        return Sentence(filled(words, **places), tone)

    return tell


TELLINGS: dict[str, Telling] = {
    "plans.created": _told(N_("Plans %(group)s were published, with %(plan)s,%(who)s."), "success"),
    "plans.plan_added": _told(N_("%(plan)s was added to the plans %(group)s%(who)s."), "success"),
    "plans.plan_changed": _told(N_("%(plan)s of the plans %(group)s was changed for new subscribers%(who)s.")),
    "plans.plan_removed": _told(N_("A plan was taken out of %(group)s%(who)s."), "warning"),
    "plans.renamed": _told(N_("Plans were renamed %(group)s%(who)s.")),
    "plans.attached": _told(N_("Plans %(group)s were added to %(products)s%(who)s."), "success"),
    "plans.detached": _told(N_("Plans %(group)s were taken off %(products)s%(who)s."), "warning"),
    "plans.deleted": _told(N_("Plans %(group)s were deleted%(who)s."), "warning"),
}
