"""What an item costs now and what it is to cost, in a merchant's words."""

from __future__ import annotations

from datetime import tzinfo

from shopify_app.contracts.price_steps import Coming
from shopify_app.kit.speech import ngettext
from shopify_app.web.format import full_day, local_day, money


def said(coming: Coming, currency: str, zone: tzinfo) -> str:
    """Return e.g. "$10.00 for the first 2 orders, then $14.00 from Mar 3, 2027", the day as far as it is known."""
    prices = {"price": money(coming.line.current_price, currency), "later": money(coming.price, currency)}
    if coming.first is None:
        return ngettext(
            "%(price)s for the first order, then %(later)s",
            "%(price)s for the first %(num)s orders, then %(later)s",
            coming.orders,
            **prices,
        )
    return ngettext(
        "%(price)s for the first order, then %(later)s from %(day)s",
        "%(price)s for the first %(num)s orders, then %(later)s from %(day)s",
        coming.orders,
        day=full_day(local_day(coming.first.expected_at, zone)),
        **prices,
    )
