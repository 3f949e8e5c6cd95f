"""The rules for shoppers in a merchant's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shopify_app.edits.rules.terms import ANY, LISTED, SAME_PLAN, SAME_PRODUCT, SWITCHES, Rules
from shopify_app.web.format import plural

NAMES = {
    "skip": "skip an order, and bring it back",
    "move": "move an order to another day",
    "order_now": "get the next order now",
    "contents": "change what one order holds",
    "quantity": "change quantities",
    "swap": "swap a product",
    "add": "add a product",
    "remove": "remove a product",
    "frequency": "change how often it comes",
    "address": "change the address",
    "paid_order": "have a paid order that is not shipped yet sent to the new address, too",
    "delivery": "change the delivery method",
    "note": "change the note",
    "out_of_stock": "choose what happens when something is out of stock",
    "discount": "use discount codes, and remove them",
    "payment_method": "choose another of their payment methods",
    "backup_method": "choose a backup payment method",
    "pause": "pause",
    "resume": "resume a paused subscription",
    "reactivate": "reactivate a failed subscription",
    "cancel": "cancel",
}
"""What each switch lets shoppers do."""
SWAPS = {
    ANY: "any product",
    SAME_PLAN: "any product of the same selling plan group",
    SAME_PRODUCT: "another variant of the same product",
    LISTED: "the products chosen below",
}
_LIMITS = {
    "cutoff": "the time until which an order can be changed",
    "too_soon": "the time until which an order can be changed",
    "minimum": "the orders to be paid first",
    "skips_a_year": "the skips in twelve months",
    "skips_in_a_row": "the skips in a row",
    "pause": "the longest pause",
    "too_far": "how far an order may be moved",
    "swap": "the products to swap for",
}


def against(codes: Collection[object]) -> str:
    """Return which rules something goes against: "your rule for shoppers about the longest pause"; empty for none."""
    found = [words for start, words in _LIMITS.items() if any(str(code).startswith(start) for code in codes)]
    limits = list(dict.fromkeys(found))
    return f"your rule{'s' * (len(limits) > 1)} for shoppers about {' and '.join(limits)}" if limits else ""


def in_words(rules: Rules, products: Mapping[str, str]) -> list[str]:
    """Return what shoppers can do under some rules, in sentences. `products`: the titles of products by gid."""
    closed = [NAMES[name] for name in SWITCHES if name in rules.closed]
    said = [f"Shoppers cannot: {'; '.join(closed)}." if closed else "Shoppers can do everything in the list above."]
    mails = [NAMES[name] for name in SWITCHES if name in rules.closed_in_mails - rules.closed]
    said += [f"Not from a mail, but in their account: {'; '.join(mails)}."] if mails else []
    return [*said, *_of_orders(rules), *_of_subscriptions(rules), *_of_swaps(rules, products)]


def _of_orders(rules: Rules) -> list[str]:
    when = f"{plural(rules.cutoff_hours, 'hour')} before its charge" if rules.cutoff_hours else "its charge begins"
    said = [f"An order can be changed until {when}."]
    if rules.skips_a_year is not None:
        said.append(f"In any twelve months they can skip {plural(rules.skips_a_year, 'order')}.")
    if rules.skips_in_a_row is not None:
        said.append(f"They can skip {plural(rules.skips_in_a_row, 'order')} in a row.")
    if rules.move_days is not None:
        said.append(f"They can move an order by {plural(rules.move_days, 'day')} at most.")
    return said


def _of_subscriptions(rules: Rules) -> list[str]:
    needed = {"cancel": rules.before_cancel, "pause": rules.before_pause, "remove a product": rules.before_remove}
    said = [f"They can {verb} after {plural(count, 'paid order')}." for verb, count in needed.items() if count]
    if rules.pause_days is not None:
        said.append(f"A pause ends after {plural(rules.pause_days, 'day')} at the latest.")
    return said


def _of_swaps(rules: Rules, products: Mapping[str, str]) -> list[str]:
    if "swap" in rules.closed or rules.swaps == ANY:
        return []
    if rules.swaps != LISTED:
        return [f"They can swap a product for {SWAPS[rules.swaps]}."]
    titles = [products[gid] for gid in rules.swap_products if gid in products]
    return [f"They can swap a product for: {', '.join(titles)}."]
