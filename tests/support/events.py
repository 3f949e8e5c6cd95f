"""Every event a test makes must be what the catalogue promises merchants."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.events.told import EVENTS
from shopify_app.journal.models import Delivery


@cache
def _validators() -> dict[str, Draft202012Validator]:
    return {event.name: Draft202012Validator(event.schema(), format_checker=FormatChecker()) for event in EVENTS}


def faults(metric: str, properties: dict[str, Any]) -> list[str]:
    """Return what is wrong with an event's properties, one line each."""
    found = _validators()[metric].iter_errors(properties)
    return [f"{metric}: {'.'.join(map(str, error.absolute_path))} {error.message}" for error in found]


def check_bodies(bodies: Iterable[dict[str, Any]]) -> None:
    """Fail for stored bodies whose properties are not what the schema of their metric says."""
    wrong = []
    for body in bodies:
        attributes = body["data"]["attributes"]
        wrong += faults(attributes["metric"]["data"]["attributes"]["name"], attributes["properties"])
    assert not wrong, "\n".join(wrong)


def check_stored(session: Session) -> None:
    """Check the body of every delivery in the database."""
    bodies = select(Delivery.body).where(Delivery.body.is_not(None), Delivery.body != {})
    check_bodies(session.scalars(bodies).all())
