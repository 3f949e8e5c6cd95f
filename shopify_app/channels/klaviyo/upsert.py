"""Sending the profiles that would say something new, one call each, within the account's limit."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo import bucket, profiles, verdicts
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount, KlaviyoProfile
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.client import KlaviyoClient
from shopify_app.gateways.klaviyo.errors import BodyRefused, KeyRefused, KlaviyoError, Stumbled
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 30
LEASE = timedelta(seconds=120)
MAX_TRIES = 8


def drain(ctx: Context) -> int:
    """Send one batch for each shop that has profiles waiting; returns how many were tried."""
    with ctx.db.session() as session:
        shops = _waiting(select(KlaviyoProfile.shop_id)).where(*_ready(machine_now())).distinct().limit(20)
        shop_ids = list(session.scalars(shops))
    return sum(_send_shop(ctx, shop_id) for shop_id in shop_ids)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count the profiles that may be sent now (machine time)."""
    rows = _waiting(select(func.count()).select_from(KlaviyoProfile)).where(*_ready(machine_now))
    return int(session.scalar(rows) or 0)


def _send_shop(ctx: Context, shop_id: int) -> int:
    claimed = _claim(ctx, shop_id)
    if not claimed:
        return 0
    try:
        with ctx.db.session() as session:
            sealed = session.get_one(KlaviyoAccount, shop_id).sealed_key
        client = ctx.klaviyo(ctx.vault.open(sealed))
    except Exception as error:
        # the key was taken away or cannot be read: the events' drain tells the merchant; leases run out by themselves
        log.warning("no client for a shop", extra={"shop_id": shop_id, "error": type(error).__name__})
        return 0
    for gid, attributes in claimed.items():
        if not _send(ctx, client, shop_id, gid, attributes):
            break
    return len(claimed)


def _claim(ctx: Context, shop_id: int) -> dict[str, Json]:
    """Lease the next profiles, as they read now."""
    moment = machine_now()
    with ctx.db.session() as session:
        rows = _waiting(select(KlaviyoProfile)).where(KlaviyoProfile.shop_id == shop_id, *_ready(moment))
        found = session.scalars(
            rows.order_by(KlaviyoProfile.next_try_at)
            .limit(BATCH)
            .with_for_update(of=KlaviyoProfile, skip_locked=True)
        ).all()
        account = session.get(KlaviyoAccount, shop_id)
        if account is None or not found:
            return {}
        granted = bucket.take(session, account.account_id, bucket.PROFILES, len(found), moment)
        shop = session.get_one(Shop, shop_id)
        bodies = profiles.bodies(session, shop, [row.customer_gid for row in found[:granted]])
        for row in found[:granted]:
            row.next_try_at = moment + LEASE if row.customer_gid in bodies else None
        return bodies


def _send(ctx: Context, client: KlaviyoClient, shop_id: int, gid: str, attributes: Json) -> bool:
    """Send one profile; returns whether the shop's next one may follow."""
    try:
        _ask(client, attributes)
    except KlaviyoError as error:
        return _failed(ctx, shop_id, gid, error)
    except Exception as error:
        return _failed(ctx, shop_id, gid, Stumbled(f"unforeseen: {type(error).__name__}"))
    said = profiles.digest(attributes)
    values = {"told": said, "wanted": said, "next_try_at": None, "tries": 0, "last_error": None}
    _write(ctx, shop_id, gid, values)
    return True


def _ask(client: KlaviyoClient, attributes: Json) -> None:
    """Send it; a phone that belongs to somebody else's profile, or is not taken, is left out (Klaviyo docs)."""
    try:
        client.upsert_profile({"data": {"type": "profile", "attributes": attributes}})
    except BodyRefused:
        if "email" not in attributes or "phone_number" not in attributes:
            raise
        slim = {name: value for name, value in attributes.items() if name != "phone_number"}
        client.upsert_profile({"data": {"type": "profile", "attributes": slim}})


def _failed(ctx: Context, shop_id: int, gid: str, error: KlaviyoError) -> bool:
    log.warning("profile not accepted", extra={"shop_id": shop_id, "error": str(error)})
    if isinstance(error, KeyRefused) and error.status == 403:
        # the key may not write profiles; events go on
        with ctx.db.session() as session:
            session.get_one(KlaviyoAccount, shop_id).profiles_refused = str(error)
        _write(ctx, shop_id, gid, {"last_error": str(error), "next_try_at": machine_now()})
        return False
    if isinstance(error, KeyRefused):
        verdicts.key_refused(ctx, shop_id, str(error))
    with ctx.db.session() as session:
        tries = session.get_one(KlaviyoProfile, (shop_id, gid)).tries + 1
    own_trouble = isinstance(error, BodyRefused | Stumbled)
    given_up = isinstance(error, BodyRefused) or (own_trouble and tries >= MAX_TRIES)
    next_try_at = None if given_up else machine_now() + verdicts.wait_after(error, tries)
    _write(ctx, shop_id, gid, {"tries": tries, "last_error": str(error), "next_try_at": next_try_at})
    return own_trouble


def _write(ctx: Context, shop_id: int, gid: str, values: Json) -> None:
    with ctx.db.session() as session:
        mine = (KlaviyoProfile.shop_id == shop_id, KlaviyoProfile.customer_gid == gid)
        session.execute(update(KlaviyoProfile).where(*mine).values(values))


def _ready(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        KlaviyoProfile.next_try_at <= moment,
        KlaviyoAccount.state == CONNECTED,
        KlaviyoAccount.profiles_refused.is_(None),
        Shop.status == INSTALLED,
    )


def _waiting(statement: Select[Any]) -> Select[Any]:
    joined = statement.join(KlaviyoAccount, KlaviyoAccount.shop_id == KlaviyoProfile.shop_id)
    return joined.join(Shop, Shop.id == KlaviyoProfile.shop_id)
