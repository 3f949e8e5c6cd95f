"""Forgetting: messages closed a month ago, and what a parked one still says of a customer who is to be forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Text, cast, delete, func, select, update

from shopify_app.context import Context
from shopify_app.inbox.models import PARKED, InboxMessage
from shopify_app.kit.clock import machine_now
from shopify_app.privacy.models import CUSTOMER_REDACT, PrivacyRequest

KEEP = timedelta(days=30)
BATCH = 1000


def run(ctx: Context) -> int:
    """Delete messages handled more than 30 days of machine time ago; returns how many."""
    forget_redacted(ctx)
    deleted = 0
    while True:
        old = select(InboxMessage.id).where(InboxMessage.handled_at < machine_now() - KEEP).limit(BATCH)
        with ctx.db.session() as session:
            gone = session.scalars(
                delete(InboxMessage).where(InboxMessage.id.in_(old)).returning(InboxMessage.id)
            ).all()
        deleted += len(gone)
        if len(gone) < BATCH:
            return deleted


def forget_redacted(ctx: Context) -> int:
    """Empty parked messages that name a customer whose redaction was asked for; returns how many.

    A handled message lost its payload when it was closed. A parked one keeps it for whoever looks into the error,
    but not past a redaction (Shopify docs, privacy law compliance: within 30 days).
    """
    number = func.regexp_replace(PrivacyRequest.customer_gid, "^.*/", "")
    named = (
        select(PrivacyRequest.id)
        .where(
            PrivacyRequest.shop_id == InboxMessage.shop_id,
            PrivacyRequest.kind == CUSTOMER_REDACT,
            cast(InboxMessage.payload, Text).contains(number),
        )
        .exists()
    )
    with ctx.db.session() as session:
        emptied = session.scalars(
            update(InboxMessage)
            .where(InboxMessage.outcome == PARKED, InboxMessage.payload != {}, named)
            .values(payload={})
            .returning(InboxMessage.id)
        ).all()
    return len(emptied)
