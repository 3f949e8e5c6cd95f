"""What a person has to do about a paid order that Perennial cannot bring into line by itself, in their words."""

from __future__ import annotations

from shopify_app.gateways.shopify.order_edits import OrderToShip
from shopify_app.kit.money import round_money
from shopify_app.kit.speech import N_, kept
from shopify_app.orders.alignment.models import OrderAlignment
from shopify_app.orders.alignment.wishes import NewAddress, NewDay, NewQuantities, Why
from shopify_app.tasks.book import Matter

_WISHED = {
    NewAddress.name: kept("Order %(order)s was to go to the subscription's new address."),
    NewQuantities.name: kept("Order %(order)s was to hold other items."),
    NewDay.name: kept("Order %(order)s was to have a delivery on another day."),
}
_CHANGE = kept("Order %(order)s was to be changed.")
_MORE = (
    kept("Order %(order)s now costs %(amount)s more than was paid."),
    N_("Ask the shopper for it in Shopify, or give it to them."),
)
_LESS = (
    kept("Order %(order)s now costs %(amount)s less than was paid."),
    N_("Refund it in Shopify, or agree on it with the shopper."),
)
_LOOK = N_("Open the order in Shopify and change it there, or tell the shopper that it stays as it is.")
_WORDS = {
    Why.SHIPPED: (
        N_("It has been shipped already."),
        N_("Ask the carrier to redirect or return it, or tell the shopper."),
    ),
    Why.PACKING: (
        N_("It is being packed at this moment."),
        N_("Tell whoever packs it, then change the order in Shopify."),
    ),
    Why.STARTED: (N_("A part of it has been shipped, or is ready to be."), _LOOK),
    Why.SHARED: (N_("It holds items of another subscription, too."), _LOOK),
    Why.TOO_LARGE: (N_("It has more lines or shipments than Perennial reads."), _LOOK),
    Why.HIDDEN: (N_("Shopify does not show Perennial its address."), _LOOK),
    Why.NOT_ROUTED: (N_("Shopify has not made a fulfillment order for it that Perennial can see."), _LOOK),
    Why.GONE: (N_("This delivery is no longer there."), N_("Look at the order in Shopify.")),
    Why.NOT_GRANTED: (
        N_("Perennial may not change orders or hold them in this shop."),
        N_(
            "Open Perennial and grant the new permissions for later changes. Change this order in Shopify; if "
            "Perennial still holds it, release it there."
        ),
    ),
    Why.REFUSED: (N_("Shopify refused the change."), _LOOK),
    Why.NO_HOLD: (N_("Shopify did not let Perennial hold it meanwhile."), _LOOK),
    Why.UNSEEN: (
        N_("Shopify was asked for it several times, and does not show the order as it was asked for."),
        N_("Look at the order in Shopify, and change it there if need be."),
    ),
    Why.SILENT: (
        N_("Shopify has not answered for a long time."),
        N_("Perennial keeps trying. If the order has to leave now, change it in Shopify and release its hold there."),
    ),
    Why.OTHER_VERSION: (N_("It was asked for by another version of Perennial."), _LOOK),
}


def about(row: OrderAlignment, why: Why) -> Matter:
    """Return the task for what could not be done."""
    matter, to_do = _WORDS[why]
    return _matter(row, why, f"{_WISHED.get(row.kind, _CHANGE) % {'order': row.order_name}} {matter}", to_do)


def difference(row: OrderAlignment, seen: OrderToShip) -> Matter:
    """Return the task for an order that now costs another amount than was paid: no money moves by itself."""
    amount = f"{round_money(abs(seen.total - seen.paid), seen.currency)} {seen.currency}"
    words, to_do = _MORE if seen.total > seen.paid else _LESS
    return _matter(row, "difference", words % {"order": row.order_name, "amount": amount}, to_do)


def _matter(row: OrderAlignment, kind: str, words: str, to_do: str) -> Matter:
    return Matter(
        key=f"alignment:{row.id}:{kind}",
        kind=f"order_{kind}",
        words=words,
        to_do=to_do,
        contract_gid=row.contract_gid,
        order_gid=row.order_gid,
        customer_gid=row.customer_gid,
    )
