"""What a merchant may do with a charge date, as it stands: the links beside it on the contract's page."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import url_for

from shopify_app.billing import by_hand
from shopify_app.billing.models import OPEN_STATES
from shopify_app.contracts.models import ACTIVE, FAILED, PAUSED, BillingCycle
from shopify_app.edits import skip
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop
from shopify_app.web.admin.detail import Detail

BUTTONS = {"pause": "Pause", "resume": "Resume", "reactivate": "Reactivate", "cancel": "Cancel subscription"}
_OF_STATUS = {ACTIVE: ("pause", "cancel"), PAUSED: ("resume", "cancel"), FAILED: ("reactivate", "cancel")}


class Offer(NamedTuple):
    """A link to the page that asks whether this is meant."""

    label: str
    href: str


def of_contract(status: str) -> list[tuple[str, str]]:
    """Return what may be done with a subscription of this status: verb and words of each button."""
    return [(verb, BUTTONS[verb]) for verb in _OF_STATUS.get(status, ())]


def of_cycle(cycle: BillingCycle, found: Detail, shop: Shop, now: datetime) -> list[Offer]:
    """Return what may be done with a cycle now, most likely first."""
    latest = next((attempt for attempt in found.attempts if attempt.cycle_index == cycle.cycle_index), None)
    is_busy = latest is not None and latest.state in OPEN_STATES
    offers = []
    if cycle.parked_reason and not cycle.skipped:
        offers.append(_offer("Release", "release", found, cycle))
    if not is_busy and not by_hand.why_not(found.contract, cycle, shop, now):
        offers.append(_offer("Charge now", "charge", found, cycle))
    if not is_busy and not skip.why_not(found.contract, cycle, not cycle.skipped):
        offers.append(
            _offer("Bring back", "unskip", found, cycle) if cycle.skipped else _offer("Skip", "skip", found, cycle)
        )
    return offers


def _offer(label: str, verb: str, found: Detail, cycle: BillingCycle) -> Offer:
    number = number_of(found.contract.shopify_gid)
    return Offer(label, url_for(f"admin.contract_{verb}", number=number, cycle=cycle.cycle_index))
