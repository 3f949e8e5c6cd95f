"""Reading a contract again after it was asked to change: only what is read at Shopify is told as done."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from shopify_app.context import Context
from shopify_app.contracts import cycle_rows, mirror
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)


def read_again(ctx: Context, shop_id: int, contract_gid: str, also: Iterable[int] = ()) -> bool:
    """Mirror the contract as Shopify has it now; False when Shopify did not answer. Call it without a transaction.

    `also` are indexes of cycles to be read besides those we hold open.
    """
    now = ctx.clock.now()
    with ctx.db.session() as session:
        row = mirror.find(session, shop_id, contract_gid)
        known = cycle_rows.open_indexes(session, shop_id, row.id) if row else []
    indexes = sorted({*known, *also})
    try:
        snapshot = with_client(ctx, shop_id, lambda client: mirror.fetch(client, contract_gid, now, indexes))
    except ShopifyError as error:
        log.warning("edit not confirmed yet", extra={"shop_id": shop_id, "error": str(error)})
        return False
    if snapshot:
        with ctx.db.session() as session:
            mirror.apply(session, session.get_one(Shop, shop_id), snapshot, now)
    return True
