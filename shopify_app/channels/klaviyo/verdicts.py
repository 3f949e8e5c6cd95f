"""What became of a try, written down: accepted, tried again later, parked with its reason, or the circuit opened."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from shopify_app.channels.kept import FAILED_OFTEN, REFUSED
from shopify_app.channels.klaviyo.models import BROKEN, KlaviyoAccount
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.errors import (
    BodyRefused,
    KeyRefused,
    KlaviyoError,
    Limited,
    Stumbled,
    Unavailable,
    Unexpected,
)
from shopify_app.journal.models import ACCEPTED, PARKED_DELIVERY, Delivery
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import is_among

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 10.0, 3600.0
"""Seconds of machine time between tries after 5xx or silence, doubled each time."""
MAX_TRIES = 8
"""Tries after which an event that our own side stumbles over waits for a person."""


def accepted(ctx: Context, delivery_id: int) -> None:
    """Klaviyo took the event (202). It is not claimed to be stored."""
    with ctx.db.session() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.tries += 1
        delivery.state, delivery.accepted_at = ACCEPTED, machine_now()
        delivery.lease_until = delivery.last_error = None


def all_accepted(ctx: Context, delivery_ids: list[int]) -> None:
    """Klaviyo took a bulk request (202), and with it each of its events."""
    values = {"state": ACCEPTED, "accepted_at": machine_now(), "lease_until": None, "last_error": None}
    with ctx.db.session() as session:
        mine = update(Delivery).where(is_among(Delivery.id, delivery_ids))
        session.execute(mine.values(tries=Delivery.tries + 1, **values))


def all_failed(ctx: Context, delivery_ids: list[int], shop_id: int, error: KlaviyoError) -> timedelta:
    """Write down that a bulk request came to nothing, for no fault of its events; returns how long the shop must
    wait."""
    log.warning("events not accepted", extra={"shop_id": shop_id, "count": len(delivery_ids), "error": str(error)})
    if isinstance(error, KeyRefused):
        key_refused(ctx, shop_id, str(error))
    with ctx.db.session() as session:
        mine = is_among(Delivery.id, delivery_ids)
        tries = session.scalar(select(func.max(Delivery.tries)).where(mine)) or 0
        wait = wait_after(error, tries + 1)
        values: dict[str, Any] = {"next_try_at": machine_now() + wait, "lease_until": None, "last_error": str(error)}
        if is_answer_lost(error):
            values["is_unsure"] = True
        session.execute(update(Delivery).where(mine).values(tries=Delivery.tries + 1, **values))
    return wait


def close(ctx: Context, delivery_id: int, state: str, reason: str) -> None:
    """End a delivery that will not be sent (again): dropped or parked, with the reason in words."""
    with ctx.db.session() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.state, delivery.reason, delivery.lease_until = state, reason, None


def failed(ctx: Context, delivery_id: int, shop_id: int, error: KlaviyoError) -> timedelta | None:
    """Write down a failed try; returns how long the shop must wait, None when only this event was the trouble."""
    log.warning("event not accepted", extra={"shop_id": shop_id, "delivery_id": delivery_id, "error": str(error)})
    if isinstance(error, KeyRefused):
        key_refused(ctx, shop_id, str(error))
        return _later(ctx, delivery_id, error)
    if isinstance(error, BodyRefused):
        _refused_body(ctx, delivery_id, error)
        return None
    if isinstance(error, Stumbled):
        _stumbled(ctx, delivery_id, error)
        return None
    return _later(ctx, delivery_id, error)


def key_refused(ctx: Context, shop_id: int, reason: str) -> None:
    """Open the circuit: nothing is sent for this shop until the merchant connects again; deliveries wait."""
    with ctx.db.session() as session:
        account = session.get_one(KlaviyoAccount, shop_id)
        account.state, account.broken_reason = BROKEN, reason
        account.silent_since = account.silent_since or ctx.clock.now()


def _later(ctx: Context, delivery_id: int, error: KlaviyoError) -> timedelta:
    with ctx.db.session() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.tries += 1
        wait = wait_after(error, delivery.tries)
        delivery.next_try_at, delivery.lease_until = machine_now() + wait, None
        delivery.last_error = str(error)
        delivery.is_unsure = delivery.is_unsure or is_answer_lost(error)
    return wait


def is_answer_lost(error: KlaviyoError) -> bool:
    """Return whether Klaviyo may have the event although the try failed. A refusal says that it has not."""
    return isinstance(error, Unavailable | Unexpected)


def answer_lost(ctx: Context, delivery_ids: list[int]) -> None:
    """Klaviyo may have these events although no answer says so."""
    with ctx.db.session() as session:
        session.execute(update(Delivery).where(Delivery.id.in_(delivery_ids)).values(is_unsure=True))


def wait_after(error: KlaviyoError, tries: int) -> timedelta:
    """How long to wait after the `tries`-th failure: what Klaviyo asks for, nothing for a key that is dead anyway,
    else longer each time."""
    if isinstance(error, KeyRefused):
        return timedelta(0)
    seconds = error.wait_seconds if isinstance(error, Limited) else min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    return timedelta(seconds=seconds * random.uniform(1.0, 1.2))  # noqa: S311 - spreads load, hides nothing


def _stumbled(ctx: Context, delivery_id: int, error: Stumbled) -> None:
    """Try it again later and park it after the last try; the shop's other events go on."""
    _later(ctx, delivery_id, error)
    with ctx.db.session() as session:
        delivery = session.get_one(Delivery, delivery_id)
        if delivery.tries >= MAX_TRIES:
            delivery.state, delivery.reason = PARKED_DELIVERY, FAILED_OFTEN % {"times": MAX_TRIES, "error": error}


def _refused_body(ctx: Context, delivery_id: int, error: BodyRefused) -> None:
    """Park it, unless only the phone beside a good mail address was refused: then it goes without the phone."""
    with ctx.db.session() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.tries += 1
        delivery.last_error, delivery.lease_until = str(error), None
        slim = _without_phone(delivery.body or {}) if _blames_phone(error) else None
        if slim is None:
            delivery.state, delivery.reason = PARKED_DELIVERY, REFUSED % {"error": error}
        else:
            delivery.body, delivery.next_try_at = slim, machine_now()


def _blames_phone(error: BodyRefused) -> bool:
    return bool(error.pointers) and all(pointer.endswith("/phone_number") for pointer in error.pointers)


def _without_phone(body: dict[str, Any]) -> dict[str, Any] | None:
    attributes = body["data"]["attributes"]
    profile = attributes["profile"]["data"]["attributes"]
    if "phone_number" not in profile or "email" not in profile:
        return None
    rest = {name: value for name, value in profile.items() if name != "phone_number"}
    slim = attributes | {"profile": {"data": {"type": "profile", "attributes": rest}}}
    return {"data": body["data"] | {"attributes": slim}}
