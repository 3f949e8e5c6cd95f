"""A shop's switches: whether Flow hears anything, of what, and whether its workflows may change subscriptions.

Everything is off at first but actions: a workflow has them only if the merchant put them there, while triggers cost
calls of the shop's own rate limit, whether or not a workflow begins with them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shopify_app.channels.flow.models import FlowSettings
from shopify_app.channels.flow.triggers import BY_HANDLE, CHANNEL, TRIGGERS
from shopify_app.journal.models import DROPPED, PENDING, Delivery, Fact
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

SWITCHED_OFF = N_("it was switched off for Flow")


@dataclass(frozen=True)
class Wanted:
    """What a merchant chose. `handles`: the triggers that are on."""

    is_on: bool
    handles: Collection[str]
    takes_actions: bool


def of(session: Session, shop_id: int) -> FlowSettings:
    """Return a shop's settings, not yet added to the session where it never saved any."""
    found = session.get(FlowSettings, shop_id)
    return found or FlowSettings(shop_id=shop_id, is_on=False, kinds={}, facts_read_to=0, takes_actions=True)


def handles_of(row: FlowSettings) -> list[str]:
    """Return the triggers that are on; all of them for a shop that never chose."""
    on = [trigger.handle for trigger in TRIGGERS if trigger.kinds[0] in row.kinds]
    return on or ([] if row.is_on else [trigger.handle for trigger in TRIGGERS])


def change(session: Session, shop_id: int, wanted: Wanted, actor: str, now: datetime) -> None:
    """Save what a merchant chose and write down who did. `now`: business time.

    What is switched on tells what happens from now on. What waits for a trigger that is off now is dropped.
    """
    row = of(session, shop_id)
    before, was_on = _told(row), row.is_on
    newest = session.scalar(select(func.max(Fact.id)).where(Fact.shop_id == shop_id)) or 0
    kinds = [kind for handle in wanted.handles for kind in BY_HANDLE[handle].kinds]
    row.kinds = {kind: row.kinds.get(kind, newest) if was_on else newest for kind in kinds}
    row.facts_read_to = row.facts_read_to if was_on else newest
    row.is_on, row.takes_actions = wanted.is_on, wanted.takes_actions
    session.add(row)
    unwanted = select(Fact.id).where(Fact.id == Delivery.fact_id)
    unwanted = unwanted.where(Fact.kind.not_in(kinds)) if wanted.is_on else unwanted
    waits = (Delivery.shop_id == shop_id, Delivery.channel == CHANNEL, Delivery.state == PENDING)
    drop = update(Delivery).where(*waits, ~Delivery.is_unsure, unwanted.exists())
    session.execute(drop.values(state=DROPPED, reason=SWITCHED_OFF, lease_until=None))
    if (after := _told(row)) != before:
        record(
            session,
            shop_id,
            key=f"flow.settings_changed:{machine_now().isoformat()}",
            kind="flow.settings_changed",
            occurred_at=now,
            actor=actor,
            before=before,
            after=after,
        )


def _told(row: FlowSettings) -> Json:
    return {"triggers": len(handles_of(row)) if row.is_on else 0, "takes_actions": row.takes_actions}
