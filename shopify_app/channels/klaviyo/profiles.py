"""Shoppers' profiles kept current also when nothing happens that is told: a second path for segments and date flows.

A duty looks at the contracts, shoppers and cards that were written since its last look and writes down which profiles
would say something new; a drain sends those. An event carries the same properties, so most profiles are current
already.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount, KlaviyoProfile
from shopify_app.channels.klaviyo.people import profile_of
from shopify_app.channels.klaviyo.profile import profile_properties
from shopify_app.channels.klaviyo.shelf import fetch
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 200
MOST = 2_000
"""Changed rows looked at in one run of the duty for one shop; a first look at a larger shop takes several."""
OVERLAP = timedelta(minutes=2)
"""A row that was written earlier may be committed later; so much is looked at twice."""


def look(ctx: Context) -> int:
    """Find the profiles that would say something new; returns how many wait to be sent now."""
    with ctx.db.session() as session:
        installed = select(KlaviyoAccount.shop_id).join(Shop, Shop.id == KlaviyoAccount.shop_id)
        mine = installed.where(
            KlaviyoAccount.state == CONNECTED, Shop.status == INSTALLED, KlaviyoAccount.profiles_refused.is_(None)
        )
        shop_ids = list(session.scalars(mine))
    found = sum(_look_at(ctx, shop_id) for shop_id in shop_ids)
    if found:
        ctx.wakeups.wake("profiles")
    return found


def bodies(session: Session, shop: Shop, customer_gids: Sequence[str]) -> dict[str, Json]:
    """Return customer gid → attributes of the profile, for those who can be told apart and were not erased."""
    shelf = fetch(session, shop, [Fact(customer_gid=gid) for gid in customer_gids])
    found = {}
    for gid, shopper in shelf.shoppers.items():
        attributes = None if shopper.redacted_at else profile_of(shopper, profile_properties(shop, shopper, shelf))
        if attributes:
            found[gid] = attributes
    return found


def digest(attributes: Json) -> str:
    """Return what tells one profile from another without keeping either."""
    return hashlib.sha256(json.dumps(attributes, sort_keys=True).encode()).hexdigest()


def _look_at(ctx: Context, shop_id: int) -> int:
    with ctx.db.session() as session:
        account = session.get(KlaviyoAccount, shop_id, with_for_update=True)
        if account is None:
            return 0
        changed = _changed(session, shop_id, account.profiles_read_to)
        if not changed:
            return 0
        shop = session.get_one(Shop, shop_id)
        gids = sorted({gid for gid, _ in changed})
        found = sum(_want(session, shop, gids[start : start + BATCH]) for start in range(0, len(gids), BATCH))
        newest = changed[-1][1]
        account.profiles_read_to = min(newest, machine_now() - OVERLAP) if len(changed) < MOST else newest
        return found


def _changed(session: Session, shop_id: int, since: datetime | None) -> list[tuple[str, datetime]]:
    """Return customer gid and machine instant of what was written after `since`, oldest first."""
    sources = (
        (Contract, Contract.customer_gid),
        (Shopper, Shopper.shopify_gid),
        (PaymentMethod, PaymentMethod.customer_gid),
    )
    parts = [_written(model, gid, shop_id, since) for model, gid in sources]
    found = union_all(*parts).order_by("at", "gid").limit(MOST)
    return [(gid, at) for gid, at in session.execute(found)]


def _written(
    model: type[Contract] | type[Shopper] | type[PaymentMethod], gid: Any, shop_id: int, since: datetime | None
) -> Select[Any]:
    rows = select(gid.label("gid"), model.written_at.label("at")).where(model.shop_id == shop_id, gid.is_not(None))
    if since is not None:
        rows = rows.where(model.written_at > since)
    # each part is cut, so that a first look at a large shop sorts along an index
    return select(rows.order_by(model.written_at).limit(MOST).subquery())


def _want(session: Session, shop: Shop, gids: Sequence[str]) -> int:
    """Write down what these profiles should say; returns how many now wait."""
    moment = machine_now()
    rows = [
        {"shop_id": shop.id, "customer_gid": gid, "wanted": digest(attributes), "next_try_at": moment}
        for gid, attributes in bodies(session, shop, gids).items()
    ]
    if not rows:
        return 0
    statement = insert(KlaviyoProfile).values(rows)
    new = statement.excluded
    changed = statement.on_conflict_do_update(
        index_elements=["shop_id", "customer_gid"],
        set_={"wanted": new.wanted, "next_try_at": moment, "tries": 0, "last_error": None},
        where=func.coalesce(KlaviyoProfile.told, "") != new.wanted,
    )
    waits = changed.returning(KlaviyoProfile.customer_gid)
    return len(session.scalars(waits).all())
