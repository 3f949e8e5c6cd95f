"""Selling plans in a merchant's words: their terms, an example price, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from shopify_app.journal.models import Fact
from shopify_app.plans.models import SellingPlan
from shopify_app.plans.terms import AMOUNT, NONE, PERCENTAGE, Terms
from shopify_app.web.admin.sentence import Sentence, Telling, who
from shopify_app.web.format import anchor, money, plural, rhythm


@dataclass(frozen=True)
class Item:
    """Something the shop sells, for an example price in the shop's currency."""

    title: str
    price: Decimal


ANY = Item("An item", Decimal(20))
"""The example where the catalogue holds nothing yet."""


def name_of(terms: Terms) -> str:
    """Return what shoppers read when the merchant names nothing, e.g. "Every 4 weeks on Mondays"."""
    words = f"{rhythm(terms.delivery)} {anchor(terms.delivery)}".strip().capitalize()
    return words.replace(" mondays", " Mondays") if terms.deliveries == 1 else f"{words}, {terms.deliveries} prepaid"


def sentences(terms: Terms, currency: str) -> list[str]:
    """Return the terms, a sentence each."""
    found = [_rhythm(terms), _discount(terms, currency)]
    if terms.cutoff:
        days = plural(terms.cutoff, "day")
        found.append(f"Whoever orders less than {days} before that day gets the first delivery the time after.")
    if terms.min_cycles:
        found.append(f"Shoppers commit to at least {plural(terms.min_cycles, 'charge')}.")
    if terms.max_cycles:
        found.append(f"The subscription ends after {plural(terms.max_cycles, 'charge')}.")
    return found


def example(terms: Terms, item: Item, currency: str) -> str:
    """Return what one item costs, e.g. "House Blend: $16.00 → $13.60 every 4 weeks"."""
    whole, price = item.price * terms.deliveries, terms.price(item.price)
    before = f"{money(whole, currency)} → " if price != whole else ""
    each = f", {money(price / terms.deliveries, currency)} a delivery" if terms.deliveries > 1 else ""
    return f"{item.title}: {before}{money(price, currency)} {rhythm(terms.billing)}{each}"


def unknown(plan: SellingPlan) -> str:
    """Return what can be said of a plan whose terms these pages cannot change."""
    every = f"Charged {rhythm(plan.billing_policy)}. " if plan.billing_policy else ""
    return f"{every}It was made with terms that cannot be changed here."


def _rhythm(terms: Terms) -> str:
    when = f"{rhythm(terms.delivery)} {anchor(terms.delivery)}".strip()
    if terms.deliveries == 1:
        return f"Delivered and charged {when}."
    return f"Delivered {when}; {terms.deliveries} deliveries are paid at once, {rhythm(terms.billing)}."


def _discount(terms: Terms, currency: str) -> str:
    if terms.discount == NONE:
        return "No discount."
    if terms.discount == PERCENTAGE:
        return f"{terms.value}% off."
    amount = money(Decimal(terms.value), currency)
    return f"{amount} off each charge." if terms.discount == AMOUNT else f"Each charge costs {amount} an item."


def _told(words: str, tone: str = "neutral") -> Telling:
    """A sentence with {group}, {plan} and {products} filled in."""

    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        group, plan = (f"“{fact.data.get(name) or '?'}”" for name in ("group", "plan"))
        count = plural(int(fact.data.get("products") or 0), "product")
        return Sentence(f"{words.format(group=group, plan=plan, products=count)}{who(fact)}.", tone)

    return tell


TELLINGS: dict[str, Telling] = {
    "plans.created": _told("Plans {group} were published, with {plan},", "success"),
    "plans.plan_added": _told("{plan} was added to the plans {group}", "success"),
    "plans.plan_changed": _told("{plan} of the plans {group} was changed for new subscribers"),
    "plans.plan_removed": _told("A plan was taken out of {group}", "warning"),
    "plans.renamed": _told("Plans were renamed {group}"),
    "plans.attached": _told("Plans {group} were added to {products}", "success"),
    "plans.detached": _told("Plans {group} were taken off {products}", "warning"),
    "plans.deleted": _told("Plans {group} were deleted", "warning"),
}
