"""Reading what changed at Shopify since the last time, oldest change first: what lost webhooks did not tell.

The place is kept as an instant rather than as a cursor, because a cursor may name a row that moves when it changes
again. Only a page of changes within one second is left by its cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import pace
from shopify_app.contracts.models import Sweep
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.errors import BadRequest
from shopify_app.gateways.shopify.values import stamp
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

OVERLAP = timedelta(minutes=5)
"""Read again what changed shortly before the last sweep: Shopify's search may lag behind a change."""

Item = TypeVar("Item")
ReadPage = Callable[[AdminClient, str, str | None], tuple[Sequence[Any], str | None, Cost]]


@dataclass(frozen=True)
class Noun(Generic[Item]):
    """What is swept: `read` one page by search query and cursor, `apply` its items in one transaction.

    Items carry `updated_at`. `apply(session, shop, items, now)`: `now` is business time.
    """

    name: str
    read: ReadPage
    apply: Callable[[Session, Shop, Sequence[Any], datetime], object]
    prepare: Callable[[AdminClient, Sequence[Any], datetime], Sequence[Any]] | None = None


def run(ctx: Context, shop: Shop, noun: Noun[Any], first_since: datetime) -> int:
    """Sweep until nothing is left or the bucket is low; returns how many items were read.

    The next run goes on where this one stopped. `first_since` is where the very first begins. Raises ShopifyError.
    """
    began, count = ctx.clock.now(), 0
    since, cursor = _place(ctx, shop, noun, first_since)
    while True:
        items, following, cost = _page(ctx, shop, noun, since, cursor)
        newest = max((item.updated_at for item in items), default=since)
        if following is None:
            since, cursor = max(since, began - OVERLAP), None
        elif stamp(newest) > stamp(since):
            since, cursor = newest, None
        else:
            cursor = following
        _commit(ctx, shop, noun, items, since, cursor, began if following is None else None)
        count += len(items)
        if following is None or pace.is_low(cost):
            return count


def _page(
    ctx: Context, shop: Shop, noun: Noun[Any], since: datetime, cursor: str | None
) -> tuple[Sequence[Any], str | None, Cost]:
    def ask(client: AdminClient) -> tuple[Sequence[Any], str | None, Cost]:
        query = f"updated_at:>='{stamp(since)}'"
        try:
            items, following, cost = noun.read(client, query, cursor)
        except BadRequest:
            if cursor is None:
                raise
            items, following, cost = noun.read(client, query, None)  # the row the cursor named is gone
        if noun.prepare and items:
            items = noun.prepare(client, items, ctx.clock.now())
        return items, following, cost

    return with_client(ctx, shop.id, ask)


def _place(ctx: Context, shop: Shop, noun: Noun[Any], first_since: datetime) -> tuple[datetime, str | None]:
    with ctx.db.session() as session:
        row = session.get(Sweep, (shop.id, noun.name))
        if row is None:
            row = Sweep(shop_id=shop.id, name=noun.name, since=first_since)
            session.add(row)
        return row.since, row.cursor


def _commit(
    ctx: Context,
    shop: Shop,
    noun: Noun[Any],
    items: Sequence[Any],
    since: datetime,
    cursor: str | None,
    finished_at: datetime | None,
) -> None:
    now = ctx.clock.now()
    with ctx.db.session() as session:
        if items:
            noun.apply(session, shop, items, now)
        row = session.get_one(Sweep, (shop.id, noun.name))
        row.since, row.cursor = since, cursor
        row.finished_at = finished_at or row.finished_at
