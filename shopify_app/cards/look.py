"""Sees what changed: methods that say something else than when they were last seen, contracts paid with another one.

Rows are compared, not webhooks: whoever read a change first, a webhook, a sweep or a form, it is told once. What is
seen for the first time is remembered and not told.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from shopify_app.cards import affected, facts, requests, sight
from shopify_app.cards.models import REMOVED, REPLACED, UPDATED
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.kit.db import Instant, Json
from shopify_app.shoppers.mirror import payment_method
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.shops.queries import installed_ids

BATCH, FIRST = 200, 5_000
PATIENCE = timedelta(minutes=10)
"""Machine time for which a removed method waits until its subscriptions were read again: they may have another."""


def methods(session: Session, now: datetime, moment: datetime) -> int:
    """See a batch of methods; returns how many. `now`: business time, `moment`: machine time."""
    query = changed_methods(moment, PaymentMethod).order_by(PaymentMethod.id).limit(BATCH)
    rows = session.scalars(query.with_for_update(of=PaymentMethod, skip_locked=True)).all()
    for row in rows:
        before, after = row.seen, sight.of(row)
        if before is not None and after["revoked"] and not before["revoked"]:
            _revoked(session, row, now)
        elif before is not None and not after["revoked"] and sight.is_another_card(before, after):
            requests.close(session, row.shop_id, row.shopify_gid, UPDATED, now)
            if concerned := affected.paid_with(session, row.shop_id, row.shopify_gid):
                stamp, sides = row.written_at.isoformat(), (_expiry(before), _expiry(after))
                facts.updated(session, row.shopify_gid, concerned, facts.UPDATED_ITSELF, stamp, now, sides)
        _remember(session, row, after)
    return len(rows)


def contracts(session: Session, now: datetime) -> int:
    """See a batch of contracts that are paid with another method than when last seen; returns how many."""
    query = changed_contracts(Contract).order_by(Contract.id).limit(BATCH)
    rows = session.scalars(query.with_for_update(of=Contract, skip_locked=True)).all()
    got: defaultdict[tuple[int, str | None, str], list[Contract]] = defaultdict(list)
    for row in rows:
        was, method = row.seen_method, row.payment_method_gid
        if row.status not in ENDED and was is not None:
            old = payment_method(session, row.shop_id, was)
            if method is None and old is not None:
                facts.removed(session, old, [row], now)
            elif method is not None and not _is_same_card(session, row, old):
                got[row.shop_id, row.customer_gid, method].append(row)
            if method is not None and was != sight.NONE:
                requests.close(session, row.shop_id, was, REPLACED, now)
    for (_, _, method), found in got.items():
        found.sort(key=lambda row: (row.next_charge_at is None, row.next_charge_at, row.id))
        facts.updated(session, method, found, facts.REPLACED, str(found[0].revision_id), now)
    seen = func.coalesce(Contract.payment_method_gid, sight.NONE)
    ids = [row.id for row in rows]
    session.execute(
        update(Contract).where(Contract.id.in_(ids)).values(seen_method=seen, written_at=Contract.written_at)
    )
    return len(rows)


def first_sights(session: Session) -> int:
    """Remember what nobody has seen before, many rows at a time; returns how many."""
    new = select(PaymentMethod.id).where(PaymentMethod.to_look.is_(True), PaymentMethod.seen.is_(None)).limit(FIRST)
    seen = func.jsonb_build_object(
        "brand",
        PaymentMethod.brand,
        "last_digits",
        PaymentMethod.last_digits,
        "expires_on",
        PaymentMethod.expires_on,
        "revoked",
        PaymentMethod.revoked_at.is_not(None),
    )
    statement = update(PaymentMethod).where(PaymentMethod.id.in_(new.with_for_update(skip_locked=True)))
    statement = statement.values(seen=seen, seen_at=PaymentMethod.written_at, written_at=PaymentMethod.written_at)
    count = len(session.execute(statement.returning(PaymentMethod.id)).all())
    fresh = select(Contract.id).where(Contract.method_to_look.is_(True), Contract.seen_method.is_(None)).limit(FIRST)
    mine = update(Contract).where(Contract.id.in_(fresh.with_for_update(skip_locked=True)))
    named = func.coalesce(Contract.payment_method_gid, sight.NONE)
    mine = mine.values(seen_method=named, written_at=Contract.written_at)
    return count + len(session.execute(mine.returning(Contract.id)).all())


def changed_methods(moment: Instant, *columns: Any) -> Select[Any]:
    """Select methods that say something else; one that was revoked, when its contracts have been read since."""
    unread = exists().where(
        Contract.shop_id == PaymentMethod.shop_id,
        Contract.payment_method_gid == PaymentMethod.shopify_gid,
        Contract.status.not_in(ENDED),
        Contract.read_at < PaymentMethod.read_at,
    )
    is_late = PaymentMethod.written_at < moment - PATIENCE
    ready = or_(PaymentMethod.revoked_at.is_(None), PaymentMethod.revoked_reason == sight.MERGED, ~unread, is_late)
    known = (PaymentMethod.to_look.is_(True), PaymentMethod.seen.is_not(None))
    return select(*columns).where(*known, PaymentMethod.shop_id.in_(installed_ids()), ready)


def changed_contracts(*columns: Any) -> Select[Any]:
    """Select contracts with another method; one with none at all, when the method it had was really revoked.

    Shopify may leave out a method that it does not show us, so that none is named says nothing by itself.
    """
    old = aliased(PaymentMethod)
    lost = exists().where(
        old.shop_id == Contract.shop_id,
        old.shopify_gid == Contract.seen_method,
        old.revoked_at.is_not(None),
        old.revoked_reason != sight.MERGED,
    )
    ready = or_(Contract.payment_method_gid.is_not(None), lost, Contract.status.in_(ENDED))
    known = and_(Contract.method_to_look.is_(True), Contract.seen_method.is_not(None))
    return select(*columns).where(known, Contract.shop_id.in_(installed_ids()), ready)


def _revoked(session: Session, row: PaymentMethod, now: datetime) -> None:
    lost = sight.is_lost(row)
    requests.close(session, row.shop_id, row.shopify_gid, REMOVED if lost else REPLACED, now)
    if lost and (concerned := affected.paid_with(session, row.shop_id, row.shopify_gid, or_were=True)):
        facts.removed(session, row, concerned, now)


def _expiry(seen: Json) -> Json:
    return {"expires_on": seen["expires_on"]}


def _is_same_card(session: Session, row: Contract, old: PaymentMethod | None) -> bool:
    """Two vaulted copies of one card, as Shopify merges them: nothing that a shopper would call a change."""
    new = payment_method(session, row.shop_id, row.payment_method_gid)
    if old is None or new is None or sight.is_lost(old):
        return False
    return sight.is_same_card(old.seen or sight.of(old), sight.of(new))


def _remember(session: Session, row: PaymentMethod, seen: Json) -> None:
    mine = update(PaymentMethod).where(PaymentMethod.id == row.id)
    stays = {"seen_at": row.written_at, "written_at": PaymentMethod.written_at}
    session.execute(mine.values(seen=seen, **stays).execution_options(synchronize_session=False))
