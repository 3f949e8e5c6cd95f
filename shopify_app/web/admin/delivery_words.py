"""How a subscription gets to its shopper, in a merchant's words."""

from __future__ import annotations

from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify.delivery_methods import LOCAL_DELIVERY, PICKUP, SHIPPING
from shopify_app.gateways.shopify.delivery_options import DeliveryOption
from shopify_app.kit.speech import N_, _
from shopify_app.web.format import money

KINDS = {SHIPPING: N_("Shipping"), LOCAL_DELIVERY: N_("Local delivery"), PICKUP: N_("Pickup")}


def way(kind: str | None, title: str | None, place: str | None) -> str:
    """Return e.g. "Pickup at Elm Street", "Local delivery (Rosebud van)", "Express"; empty when nothing is known."""
    if kind == PICKUP:
        return _("%(kind)s at %(place)s", kind=KINDS[PICKUP], place=place) if place else title or KINDS[PICKUP]
    if kind == LOCAL_DELIVERY:
        says_more = title and title.casefold() != KINDS[LOCAL_DELIVERY].casefold()
        return f"{KINDS[LOCAL_DELIVERY]} ({title})" if says_more else KINDS[LOCAL_DELIVERY]
    return title or ""


def option(one: DeliveryOption, currency: str) -> str:
    """Return what is offered, e.g. "Pickup at Elm Street: free, usually ready in 24 hours"."""
    price = money(one.price, currency) if one.price else _("free")
    ready = one.ready and one.ready[:1].lower() + one.ready[1:]
    return ", ".join(
        part for part in (f"{way(one.kind, one.title, one.location)}: {price}", one.description, ready) if part
    )


def of_picture(seen: Picture) -> str:
    """Return how it is delivered in one side of a preview; empty when nothing is known."""
    said = way(seen.kind, seen.delivery, (seen.place or {}).get("name"))
    if seen.kind in (PICKUP, LOCAL_DELIVERY):
        return _("%(way)s, phone %(phone)s", way=said, phone=seen.phone) if seen.phone else said
    return _("Shipped by %(way)s", way=said) if said else ""
