"""What a shopper will see of a group's plans on a product page: the theme block's choices, with our own template.

The app has no Liquid, so this is a likeness of `extensions/storefront/blocks/subscribe.liquid` with its style sheet;
a test holds its words and marks against the block itself. How it looks in the merchant's theme, the editor shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from shopify_app.config import Settings
from shopify_app.kit.speech import _
from shopify_app.plans.changes import terms_of
from shopify_app.plans.models import SellingPlan
from shopify_app.plans.terms import Terms
from shopify_app.shops.models import Shop
from shopify_app.web.admin import plan_prices
from shopify_app.web.admin.plan_words import Item
from shopify_app.web.format import money

BLOCK = "subscribe"


def choices(plans: Sequence[SellingPlan], item: Item, currency: str) -> list[dict[str, Any]]:
    """Return name, price and words of each choice, a one-time purchase first, for an item of the shop."""
    once = {"name": _("One-time purchase"), "price": money(item.price, currency), "words": ""}
    return [once, *(_choice(plan, terms_of(plan), item.price, currency) for plan in plans)]


def editor_address(shop: Shop, settings: Settings) -> str:
    """Return the theme editor's address that adds the block to the product page (Shopify docs: deep links)."""
    asked = {
        "template": "product",
        "addAppBlockId": f"{settings.api_key}/{BLOCK}",
        "target": "mainSection",
    }
    handle = shop.domain.removesuffix(".myshopify.com")
    return f"{settings.admin_url}/store/{handle}/themes/current/editor?{urlencode(asked, safe='/')}"


def _choice(plan: SellingPlan, terms: Terms | None, price: Decimal, currency: str) -> dict[str, Any]:
    if terms is None:
        return {"name": plan.name, "price": "", "words": ""}
    now = terms.price(price)
    saving = price - now / terms.deliveries
    words = _("Save %(amount)s", amount=money(saving, currency)) if saving > 0 else ""
    if terms.first:
        words = plan_prices.steps(terms, price, currency)
    return {"name": plan.name, "price": money(now, currency), "words": words}
