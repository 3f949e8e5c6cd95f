"""Which facts are told by mail: those a shopper needs, of a shop that wants it and has no working Klaviyo.

No account is no working Klaviyo at once; a key that is refused, or a disconnect, after an hour, so that a merchant
who is just changing the key is waited for. An outage is neither: Klaviyo may have what it did not answer to.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.channels.kept import NOT_WRITTEN
from shopify_app.channels.klaviyo import outbox
from shopify_app.channels.klaviyo.catalogue import CHANNEL
from shopify_app.channels.klaviyo.events.told import NEEDED
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount
from shopify_app.channels.klaviyo.shelf import Shelf, fetch
from shopify_app.channels.klaviyo.story import Around, CannotRender
from shopify_app.channels.klaviyo.truth import reasons
from shopify_app.channels.mail import instead, notice
from shopify_app.channels.mail.models import DROPPED, NOTICE, PARKED, PENDING, Mail, MailSettings
from shopify_app.journal.models import PENDING as WAITING
from shopify_app.journal.models import Delivery, Fact
from shopify_app.kit.db import Instant, Json
from shopify_app.kit.speech import N_
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 100
GRACE = timedelta(hours=1)
"""Business time for which a connection that was lost is waited for."""
OLD = outbox.OLD
"""What is older starts no flow in Klaviyo either."""
NO_NEED = N_("it is not the shopper's to mend, so they need not know")
TOLD_AT_ITS_END = N_("it was the last try, and what was done in the end is told instead")


def fill(session: Session, around: Around, machine_now: datetime) -> int:
    """Write the missing mails of up to 100 facts of one shop; returns how many, 0 for none missing."""
    first = missing(around.now, 1, host=around.host).subquery()
    shop_id = session.scalar(select(first.c.shop_id))
    if shop_id is None:
        return 0
    instead.lock_telling(session, shop_id)
    untold = missing(around.now, BATCH, shop_id, around.host).subquery()  # asked anew, now that nobody else decides
    facts = session.scalars(select(Fact).where(Fact.id.in_(select(untold.c.id))).order_by(Fact.id)).all()
    if not facts:
        return 0
    shop, settings = session.get_one(Shop, shop_id), session.get_one(MailSettings, shop_id)
    shelf, stale = fetch(session, shop, facts), reasons(session, facts, around.now)
    rows = [
        _row(fact, machine_now) | _said(shop, settings, fact, around, shelf, stale[fact.id] or _needless(fact))
        for fact in facts
    ]
    session.execute(insert(Mail).values(rows).on_conflict_do_nothing())
    return len(rows)


def missing(
    now: Instant, limit: int = BATCH, shop_id: int | None = None, host: str | None = None
) -> Select[int, int]:
    """Select the first facts (id, shop_id) that have to be told by mail and have none. `now`: business time.

    `host`: of shops that were installed under this address only. A copy of the database mirrors on, and Klaviyo would
    know its events again, but a mail of the copy's would be a second one.
    """
    told = select(Mail.id).where(Mail.fact_id == Fact.id)
    # what Klaviyo has, what it may have, and what was dropped or parked on its way there
    at_klaviyo = select(Delivery.id).where(
        Delivery.fact_id == Fact.id,
        Delivery.channel == CHANNEL,
        or_(Delivery.state != WAITING, Delivery.lease_until.is_not(None), Delivery.is_unsure),
    )
    untold = (
        select(Fact.id)
        .where(
            Fact.shop_id == MailSettings.shop_id,
            Fact.id > MailSettings.facts_read_to,
            Fact.kind.in_(NEEDED),
            Fact.occurred_at >= MailSettings.fallback_since,
            Fact.occurred_at > now - OLD,
            ~told.exists(),
            ~at_klaviyo.exists(),
        )
        .order_by(Fact.id)
        .limit(limit)
        .lateral("untold")
    )
    lost = and_(KlaviyoAccount.state != CONNECTED, KlaviyoAccount.silent_since <= now - GRACE)
    found = (
        select(untold.c.id, MailSettings.shop_id)
        .select_from(MailSettings)
        .join(Shop, Shop.id == MailSettings.shop_id)
        .outerjoin(KlaviyoAccount, KlaviyoAccount.shop_id == MailSettings.shop_id)
        .join(untold, true())
        .where(Shop.status == INSTALLED, or_(KlaviyoAccount.shop_id.is_(None), lost))
        .limit(limit)
    )
    found = found if host is None else found.where(Shop.host == host)
    return found if shop_id is None else found.where(MailSettings.shop_id == shop_id)


def stale(session: Session, mail: Mail, now: datetime) -> str | None:
    """Return why a notice must not be sent any more, None when it may. `now`: business time."""
    facts: Sequence[Fact] = session.scalars(select(Fact).where(Fact.id == mail.fact_id)).all()
    return next(iter(reasons(session, facts, now).values()), None) if facts else None


def write_again(session: Session, mail: Mail, around: Around) -> None:
    """Write a notice anew as things are now; it waits to be sent, or stays parked with a fresh reason."""
    fact = session.get_one(Fact, mail.fact_id)
    shop, settings = session.get_one(Shop, mail.shop_id), session.get_one(MailSettings, mail.shop_id)
    said = _said(shop, settings, fact, around, fetch(session, shop, [fact]), None)
    for name, value in said.items():
        setattr(mail, name, value)


def _needless(fact: Fact) -> str | None:
    if fact.data.get("ends_now"):
        return TOLD_AT_ITS_END
    return NO_NEED if fact.data.get("quiet") else None


def _row(fact: Fact, machine_now: datetime) -> Json:
    return {
        "shop_id": fact.shop_id,
        "purpose": NOTICE,
        "reference": fact.key,
        "fact_id": fact.id,
        "contract_gid": fact.contract_gid,
        "customer_gid": fact.customer_gid,
        "at": fact.occurred_at,
        "next_try_at": machine_now,
    }


def _said(shop: Shop, settings: MailSettings, fact: Fact, around: Around, shelf: Shelf, unneeded: str | None) -> Json:
    """The mail's words; parked or dropped with the reason when there are none to be sent."""
    nothing = {"language": settings.language, "recipient": None, "subject": None, "plain": None, "html": None}
    if unneeded:
        return nothing | {"state": DROPPED, "reason": unneeded}
    try:
        said = notice.written(shop, settings.sender_name, fact, around, shelf)
    except CannotRender as reason:
        return nothing | {"state": PARKED, "reason": str(reason)}
    except (LookupError, ValueError, TypeError, ArithmeticError) as error:
        # a bug of ours about one fact must not keep all others from being told
        log.exception("mail not written", extra={"fact_id": fact.id, "kind": fact.kind})
        return nothing | {"state": PARKED, "reason": NOT_WRITTEN % {"kind": type(error).__name__}}
    return {"state": PENDING, "reason": None, **said}
