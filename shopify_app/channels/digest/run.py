"""The duty that writes digests: once per shop, day and channel, as soon as the shop's cutoff hour has passed.

A day whose cutoff nobody was there for is told as soon as somebody is; several such days become one message. It waits
a while for what is not in the feed yet.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.channels.digest import compose
from shopify_app.channels.mail import settings as mail_settings
from shopify_app.channels.mail import staff
from shopify_app.channels.mail.models import ALERT
from shopify_app.channels.mail.staff_words import DIGEST
from shopify_app.context import Context
from shopify_app.fulfillment import settings as fulfillment
from shopify_app.fulfillment import take
from shopify_app.fulfillment.models import Change, Digest, FeedReading, FulfillmentSettings
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.shops.addresses import admin_address
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed

log = logging.getLogger(__name__)

MAIL, SLACK = "mail", "slack"
PENDING, SENDING, SENT, UNKNOWN, PARKED = "pending", "sending", "sent", "unknown", "parked"
NOBODY = "nobody"
"""The state of a day of which nobody was told, as no address was there: it is told with the next."""
NOTHING = "nothing"
"""The state of a day on which nothing was to be told. A digest by mail is `sent` once its mails are written."""

WAIT = timedelta(minutes=30)
"""Business time after the cutoff within which a digest waits for the feed to take what is in the journal."""


def run(ctx: Context) -> int:
    """Write the digests that are due; returns how many."""
    with ctx.db.session() as session:
        # a copy of the database mirrors on, and must not tell what the original tells
        shop_ids = [shop.id for shop in installed(session) if shop.host == ctx.settings.host]
    written = sum(_run_alone(ctx, shop_id) for shop_id in shop_ids)
    if written:
        ctx.wakeups.wake("mail")
        ctx.wakeups.wake("slack")
    return written


def last_cutoff(shop: Shop, hour: int, now: datetime) -> datetime:
    """Return the newest instant at which this hour began in the shop's zone."""
    today = now.astimezone(shop.zone)
    begins = today.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    return begins if begins <= today else begins - timedelta(days=1)


def _run_alone(ctx: Context, shop_id: int) -> int:
    try:
        with ctx.db.session() as session:
            return _run_shop(ctx, session, session.get_one(Shop, shop_id))
    except Exception:
        log.exception("a digest could not be written", extra={"shop_id": shop_id})
        return 0


def _run_shop(ctx: Context, session: Session, shop: Shop) -> int:
    row = fulfillment.of(session, shop.id)
    now = ctx.clock.now()
    cutoff = last_cutoff(shop, row.cutoff_hour, now)
    if row.since is None or cutoff < row.since:
        return 0
    if now < cutoff + WAIT and session.execute(take.missing(1, shop.id)).first() is not None:
        return 0
    reading = session.scalar(select(FeedReading.position).where(FeedReading.shop_id == shop.id))
    return sum(_write(ctx, session, shop, row, channel, cutoff, reading or 0) for channel in _channels(ctx, row))


def _channels(ctx: Context, row: FulfillmentSettings) -> list[str]:
    asked = {MAIL: row.by_mail and ctx.mail is not None, SLACK: row.slack_url is not None}
    return [channel for channel, is_on in asked.items() if is_on]


def _write(
    ctx: Context, session: Session, shop: Shop, row: FulfillmentSettings, channel: str, cutoff: datetime, until: int
) -> int:
    day = cutoff.date()
    after = _told_to(session, shop.id, channel, cutoff)
    if _is_written(session, shop.id, channel, day):
        return 0
    found = _news(session, shop.id, channel, after, until)
    is_told = bool(found) or row.tells_nothing
    language = mail_settings.language(session, shop)
    link = admin_address(ctx.settings, shop.domain, "/changes")
    name = shop.name or shop.domain
    body = compose.slack(name, found, shop.zone, language, link) if channel == SLACK and is_told else None
    state = NOTHING if not is_told else PENDING if channel == SLACK else SENT
    if state == SENT and not mail_settings.of(session, shop.id).staff:
        state, until = NOBODY, after
    values = {"shop_id": shop.id, "channel": channel, "day": day, "at": ctx.clock.now(), "after": after}
    values |= {"until": until, "number": len(found), "state": state, "body": body, "next_try_at": machine_now()}
    made = insert(Digest).values({name: value for name, value in values.items() if value is not None})
    if session.scalar(made.on_conflict_do_nothing().returning(Digest.id)) is None:
        return 0  # another ticker was faster
    if state == SENT:
        _mail(ctx, session, shop, day, _said(shop, name, found, language, link))
    return 1


def _said(shop: Shop, name: str, found: Sequence[Change], language: str, link: str) -> Json:
    return staff.written(
        DIGEST,
        language,
        link,
        shop=name,
        heading=compose.subject(name, len(found), language),
        entries=compose.lines(found, shop.zone, language),
        more=compose.more(len(found), language),
    )


def _mail(ctx: Context, session: Session, shop: Shop, day: date, said: Json) -> None:
    to = list(dict.fromkeys(mail_settings.of(session, shop.id).staff))
    staff.put(session, shop.id, ALERT, f"{DIGEST}:{day.isoformat()}", to, said, ctx.clock.now())


def _is_written(session: Session, shop_id: int, channel: str, day: date) -> bool:
    mine = (Digest.shop_id == shop_id, Digest.channel == channel, Digest.day >= day)
    return session.scalar(select(Digest.id).where(*mine).limit(1)) is not None


def _told_to(session: Session, shop_id: int, channel: str, cutoff: datetime) -> int:
    """The position up to which this channel was told; for its first message, a day before the cutoff."""
    mine = (Digest.shop_id == shop_id, Digest.channel == channel)
    told = session.scalar(select(func.max(Digest.until)).where(*mine))
    if told is not None:
        return told
    old = (Change.shop_id == shop_id, Change.last_at < cutoff - timedelta(days=1))
    return session.scalar(select(func.max(Change.position)).where(*old)) or 0


def _news(session: Session, shop_id: int, channel: str, after: int, until: int) -> Sequence[Change]:
    """What makes a difference in the end and nobody has taken note of yet; and what was told and is undone since."""
    mine = (Change.shop_id == shop_id, Change.position > after, Change.position <= until)
    told = (Digest.shop_id == shop_id, Digest.channel == channel, Digest.state.not_in((NOTHING, NOBODY)))
    last_told_at = select(func.max(Digest.at)).where(*told).scalar_subquery()
    matters = or_(~Change.is_void, Change.first_at < last_told_at)
    query = select(Change).where(*mine, matters, Change.acknowledged_at.is_(None))
    return session.scalars(query.order_by(Change.position)).all()
