"""One policy as a form: whom it is for, what was typed, and what it would do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts.contents import ONLY_VARIANT
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.answers import WORDS
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.stock import policy, settings
from shopify_app.stock.policy import Terms
from shopify_app.web import ctx
from shopify_app.web.admin import shopper_rules
from shopify_app.web.forms import Form

MOST_LISTED = 250
SCOPES = (settings.SHOP, settings.PLAN, settings.PRODUCT)
_LARGEST = Decimal(100_000)
_REFUSED = {
    "default": N_("Say what happens when nobody chooses."),
    "allowed": N_("Unknown choice."),
    "swap_variant_gid": N_("Choose what it is swapped for."),
}
"""Field → what `Terms.check` finds wrong with it."""


class Subject(NamedTuple):
    """Whom a policy is for: the whole shop, a selling plan or a product. `number`: its gid's, "" for the shop."""

    scope: str
    gid: str
    name: str

    @property
    def number(self) -> str:
        return number_of(self.gid) if self.gid else ""

    @property
    def key(self) -> tuple[str, str]:
        return self.scope, self.gid


WHOLE_SHOP = Subject(settings.SHOP, "", "")


def find(session: Session, scope: str, number: str) -> Subject | None:
    """Return whom the merchant means, None for a plan or product that we do not know."""
    if scope == settings.SHOP:
        return WHOLE_SHOP
    if not (number.isascii() and number.isdigit()) or len(number) > 20:
        return None
    if scope == settings.PLAN:
        known = shopper_rules.plans_of_shop(session)
        return next((Subject(scope, plan.gid, plan.name) for plan in known if plan.number == number), None)
    if scope != settings.PRODUCT:
        return None
    gid = f"gid://shopify/Product/{number}"
    title = session.scalar(select(Product.title).where(Product.shop_id == g.shop.id, Product.shopify_gid == gid))
    return Subject(scope, gid, title) if title is not None else None


def read(form: Form) -> Terms | None:
    """Return the terms that were typed; None with an error at each field that makes no sense."""
    days = form.whole_number("max_delay_days", 1, 90)
    items = form.whole_number("min_items", 1, 1000)
    value = _value(form)
    if days is None or items is None or not form.is_valid:
        return None
    terms = Terms(
        action=form.typed.get("action", ""),
        default=form.typed.get("default") or None,
        allowed=tuple(word for word in policy.FOR_SHOPPERS if f"allow_{word}" in form.typed),
        swap_variant_gid=form.typed.get("swap_variant_gid") or None,
        price_rule=form.typed.get("price_rule", ""),
        max_delay_days=days,
        fallback=form.typed.get("fallback", ""),
        min_items=items,
        min_value=value,
    )
    if terms.action != policy.ASK:
        terms = replace(terms, default=None)
    try:
        terms.check()
    except ValueError as error:
        name = str(error).partition(": ")[0]
        form.errors[name] = str(_REFUSED.get(name, "")) or _("Choose one of the options.")
        return None
    if terms.swap_variant_gid and (refusal := goods.learn(ctx(), g.shop.id, terms.swap_variant_gid)):
        form.errors["swap_variant_gid"] = str(WORDS[refusal])
        return None
    return terms


def _value(form: Form) -> Decimal | None:
    typed = form.typed.get("min_value", "").strip()
    if not typed:
        return None
    try:
        found = Decimal(typed)
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or not 0 <= found <= _LARGEST or -int(found.as_tuple().exponent) > 2:
        form.errors["min_value"] = _("Enter an amount like 15 or 15.50, or leave it empty.")
        return None
    return found


def typed(terms: Terms) -> dict[str, str]:
    """Return what the form holds for saved terms; a box that is not ticked is not there."""
    kept = {
        "action": terms.action,
        "default": terms.default or policy.DELAY,
        "swap_variant_gid": terms.swap_variant_gid or "",
        "price_rule": terms.price_rule,
        "max_delay_days": str(terms.max_delay_days),
        "fallback": terms.fallback,
        "min_items": str(terms.min_items),
        "min_value": "" if terms.min_value is None else str(terms.min_value),
    }
    return kept | {f"allow_{word}": "1" for word in terms.allowed}


def substitutes(session: Session, chosen: str) -> list[tuple[str, str]]:
    """Return what may be sent instead, by name: gid and words. `chosen` is always among them, if we know it."""
    query = (
        select(Variant.shopify_gid, Variant.title, Product.title)
        .join(Product, (Product.shop_id == Variant.shop_id) & (Product.shopify_gid == Variant.product_gid))
        .where(Variant.shop_id == g.shop.id, Variant.price.is_not(None))
        .where(Product.status == "ACTIVE", Product.deleted_at.is_(None))
    )
    rows = session.execute(query.order_by(Product.title, Variant.title, Variant.id).limit(MOST_LISTED)).all()
    if chosen and chosen not in {row[0] for row in rows}:
        rows = [*session.execute(query.where(Variant.shopify_gid == chosen)).all(), *rows]
    return [(gid, title if variant == ONLY_VARIANT else f"{title}, {variant}") for gid, variant, title in rows]


def name_of(session: Session, variant_gid: str | None) -> str:
    """Return the name of a substitute, empty for none or one that is gone."""
    query = select(Variant.title, Product.title).join(
        Product, (Product.shop_id == Variant.shop_id) & (Product.shopify_gid == Variant.product_gid)
    )
    found = session.execute(query.where(Variant.shop_id == g.shop.id, Variant.shopify_gid == variant_gid)).first()
    return "" if found is None else found[1] if found[0] == ONLY_VARIANT else f"{found[1]}, {found[0]}"
