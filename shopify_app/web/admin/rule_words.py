"""The rules for shoppers in a merchant's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shopify_app.edits.rules.terms import ANY, LISTED, SAME_PLAN, SAME_PRODUCT, SWITCHES, Rules
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.web.format import plural

NAMES = {
    "skip": N_("skip an order, and bring it back"),
    "move": N_("move an order to another day"),
    "order_now": N_("get the next order now"),
    "contents": N_("change what one order holds"),
    "quantity": N_("change quantities"),
    "swap": N_("swap a product"),
    "add": N_("add a product"),
    "remove": N_("remove a product"),
    "frequency": N_("change how often it comes"),
    "address": N_("change the address"),
    "paid_order": N_("have a paid order that is not shipped yet sent to the new address, too"),
    "delivery": N_("change the delivery method"),
    "note": N_("change the note"),
    "out_of_stock": N_("choose what happens when something is out of stock"),
    "discount": N_("use discount codes, and remove them"),
    "payment_method": N_("choose another of their payment methods"),
    "backup_method": N_("choose a backup payment method"),
    "pause": N_("pause"),
    "resume": N_("resume a paused subscription"),
    "reactivate": N_("reactivate a failed subscription"),
    "cancel": N_("cancel"),
}
"""What each switch lets shoppers do."""
SWAPS = {
    ANY: N_("any product"),
    SAME_PLAN: N_("any product of the same selling plan group"),
    SAME_PRODUCT: N_("another variant of the same product"),
    LISTED: N_("the products chosen below"),
}
_LIMITS = {
    "cutoff": N_("the time until which an order can be changed"),
    "too_soon": N_("the time until which an order can be changed"),
    "minimum": N_("the orders to be paid first"),
    "skips_a_year": N_("the skips in twelve months"),
    "skips_in_a_row": N_("the skips in a row"),
    "pause": N_("the longest pause"),
    "too_far": N_("how far an order may be moved"),
    "swap": N_("the products to swap for"),
}


def against(codes: Collection[object]) -> str:
    """Return which rules something goes against: "your rule for shoppers about the longest pause"; empty for none."""
    found = [words for start, words in _LIMITS.items() if any(str(code).startswith(start) for code in codes)]
    limits = [str(words) for words in dict.fromkeys(found)]
    if not limits:
        return ""
    about = _listed(limits)
    if len(limits) == 1:
        return _("your rule for shoppers about %(limit)s", limit=about)
    return _("your rules for shoppers about %(limits)s", limits=about)


def _listed(parts: list[str]) -> str:
    first, *rest = parts
    return _("%(first)s and %(last)s", first=first, last=_listed(rest)) if rest else first


def in_words(rules: Rules, products: Mapping[str, str]) -> list[str]:
    """Return what shoppers can do under some rules, in sentences. `products`: the titles of products by gid."""
    closed = "; ".join(str(NAMES[name]) for name in SWITCHES if name in rules.closed)
    said = [_("Shoppers can do everything in the list above.")]
    if closed:
        said = [_("Shoppers cannot: %(deeds)s.", deeds=closed)]
    mails = "; ".join(str(NAMES[name]) for name in SWITCHES if name in rules.closed_in_mails - rules.closed)
    said += [_("Not from a mail, but in their account: %(deeds)s.", deeds=mails)] if mails else []
    return [*said, *_of_orders(rules), *_of_subscriptions(rules), *_of_swaps(rules, products)]


def _of_orders(rules: Rules) -> list[str]:
    said = [_("An order can be changed until its charge begins.")]
    if rules.cutoff_hours:
        hours = rules.cutoff_hours
        said = [
            ngettext(
                "An order can be changed until %(num)s hour before its charge.",
                "An order can be changed until %(num)s hours before its charge.",
                hours,
            )
        ]
    if rules.skips_a_year is not None:
        orders = plural(rules.skips_a_year, "order")
        said.append(_("In any twelve months they can skip %(orders)s.", orders=orders))
    if rules.skips_in_a_row is not None:
        said.append(_("They can skip %(orders)s in a row.", orders=plural(rules.skips_in_a_row, "order")))
    if rules.move_days is not None:
        said.append(_("They can move an order by %(days)s at most.", days=plural(rules.move_days, "day")))
    return said


def _of_subscriptions(rules: Rules) -> list[str]:
    said = []
    if rules.before_cancel:
        orders = rules.before_cancel
        said.append(
            ngettext(
                "They can cancel after %(num)s paid order.", "They can cancel after %(num)s paid orders.", orders
            )
        )
    if rules.before_pause:
        orders = rules.before_pause
        said.append(
            ngettext("They can pause after %(num)s paid order.", "They can pause after %(num)s paid orders.", orders)
        )
    if rules.before_remove:
        orders = rules.before_remove
        said.append(
            ngettext(
                "They can remove a product after %(num)s paid order.",
                "They can remove a product after %(num)s paid orders.",
                orders,
            )
        )
    if rules.pause_days is not None:
        days = rules.pause_days
        said.append(
            ngettext(
                "A pause ends after %(num)s day at the latest.",
                "A pause ends after %(num)s days at the latest.",
                days,
            )
        )
    return said


def _of_swaps(rules: Rules, products: Mapping[str, str]) -> list[str]:
    if "swap" in rules.closed or rules.swaps == ANY:
        return []
    if rules.swaps != LISTED:
        return [_("They can swap a product for %(goods)s.", goods=SWAPS[rules.swaps])]
    titles = ", ".join(products[gid] for gid in rules.swap_products if gid in products)
    return [_("They can swap a product for: %(titles)s.", titles=titles)]
