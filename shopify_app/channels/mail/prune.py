"""Forgetting what mails said, once nobody looks for it. That they were sent stays known, so that none is repeated."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from shopify_app.channels.mail.decide import OLD
from shopify_app.channels.mail.models import PENDING, SENDING, Mail, MailSettings
from shopify_app.context import Context
from shopify_app.journal.models import Fact

KEEP = timedelta(days=90)
"""Business time; as long as uses of links."""
BATCH = 1000


def run(ctx: Context) -> int:
    """Empty mails more than 90 days old and pass by facts too old to be mailed; returns how many were emptied."""
    now = ctx.clock.now()
    _pass_by(ctx)
    emptied = 0
    while True:
        old = select(Mail.id).where(
            Mail.at < now - KEEP, Mail.subject.is_not(None), Mail.state.not_in((PENDING, SENDING))
        )
        empty = update(Mail).where(Mail.id.in_(old.limit(BATCH)))
        with ctx.db.session() as session:
            nothing = empty.values(recipient=None, subject=None, plain=None, html=None)
            gone = len(session.scalars(nothing.returning(Mail.id)).all())
        emptied += gone
        if gone < BATCH:
            return emptied


def _pass_by(ctx: Context) -> None:
    """Only shops that tell by mail look for facts, so only theirs are passed by.

    By when they were recorded, in machine time, since ids follow that; what happened long ago may be recorded today.
    """
    newest = (
        select(func.max(Fact.id))
        .where(
            Fact.shop_id == MailSettings.shop_id,
            Fact.id > MailSettings.facts_read_to,
            Fact.recorded_at < func.now() - OLD,
        )
        .scalar_subquery()
    )
    with ctx.db.session() as session:
        behind = update(MailSettings).where(MailSettings.fallback_since.is_not(None))
        session.execute(behind.values(facts_read_to=func.coalesce(newest, MailSettings.facts_read_to)))
