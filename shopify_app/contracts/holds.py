"""Holding one cycle back, with a reason and an end; a held cycle is not late, its time runs from the end of the hold.

A gate that only asks again in a while writes `held_reason` too, but no `held_at`: what it waits for is late all the
same, so that a person hears of it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case

from shopify_app.contracts.models import BillingCycle

HELD_OVER = {
    BillingCycle.hold_ended_at: case(
        (BillingCycle.held_at.is_not(None), BillingCycle.held_until), else_=BillingCycle.hold_ended_at
    ),
    BillingCycle.held_reason: None,
    BillingCycle.held_until: None,
    BillingCycle.held_at: None,
}
"""What an update writes on rows whose hold has run out: it ended when it was to end, whenever that is noticed."""


def hold(cycle: BillingCycle, reason: str, now: datetime, until: datetime | None = None) -> None:
    """Keep a cycle from being charged until an instant, or until it is let go. `reason`: a sentence for a person.

    The caller holds the contract's lock, and says so in the journal. Business time.
    """
    cycle.held_reason, cycle.held_until, cycle.held_at = reason, until, now


def let_go(cycle: BillingCycle, now: datetime) -> None:
    """End a hold or a gate's waiting, if there is one, before its time (business time)."""
    if cycle.held_at is not None:
        cycle.hold_ended_at = now
    cycle.held_reason = cycle.held_until = cycle.held_at = None
