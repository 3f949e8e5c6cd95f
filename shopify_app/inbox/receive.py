"""Keeping a webhook: insert or ignore, nothing else. `intake` does it for many requests at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.inbox.models import InboxMessage
from shopify_app.inbox.subjects import subject_of
from shopify_app.kit.db import Json


@dataclass(frozen=True)
class Arrival:
    """A webhook whose signature was right. `webhook_id` is the same on each retry of one delivery."""

    webhook_id: str
    topic: str
    payload: Json
    event_id: str | None = None
    api_version: str | None = None
    triggered_at: datetime | None = None


def receive(session: Session, shop_id: int, arrival: Arrival, machine_now: datetime) -> bool:
    """Keep the message unless it is here already; answers whether it is new."""
    statement = insert(InboxMessage).values(shop_id=shop_id, **values_of(arrival, machine_now))
    kept = statement.on_conflict_do_nothing(index_elements=["shop_id", "webhook_id"]).returning(InboxMessage.id)
    return session.scalar(kept) is not None


def values_of(arrival: Arrival, machine_now: datetime) -> dict[str, Any]:
    """Return the columns of a new message, all but its shop."""
    return {
        "webhook_id": arrival.webhook_id,
        "event_id": arrival.event_id,
        "topic": arrival.topic,
        "subject": subject_of(arrival.topic, arrival.payload, arrival.webhook_id),
        "api_version": arrival.api_version,
        "triggered_at": arrival.triggered_at,
        "payload": arrival.payload,
        "received_at": machine_now,
        "next_try_at": machine_now,
    }
