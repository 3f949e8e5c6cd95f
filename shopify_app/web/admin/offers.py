"""What a merchant may do with a charge date, as it stands: the links beside it on the contract's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from flask import url_for

from shopify_app.billing import by_hand
from shopify_app.billing import order_now as billing
from shopify_app.billing.models import OPEN_STATES
from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import move, skip
from shopify_app.edits.change import Standing
from shopify_app.edits.contract import address
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import _
from shopify_app.shops.models import Shop
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.changes.registry import FACES
from shopify_app.web.admin.detail import Detail


class Offer(NamedTuple):
    """A link to the page that asks whether this is meant."""

    label: str
    href: str


class Undo(NamedTuple):
    """What takes back what was just done: the verb of a page of the subscription, and the form to be sent to it."""

    verb: str
    fields: Mapping[str, str]


def of_contract(contract: Contract) -> list[tuple[str, str]]:
    """Return what may be done with a subscription as it stands: verb and words of each button."""
    return [(face.verb, face.button) for face in _fitting(contract) if not face.of_line]


def of_line(contract: Contract) -> list[tuple[str, str]]:
    """Return what may be done with each item of a subscription as it stands, likewise."""
    return [(face.verb, face.button) for face in _fitting(contract) if face.of_line]


def _fitting(contract: Contract) -> list[Face]:
    return [face for face in FACES if contract.status in face.statuses and face.fits(contract)]


def of_cycle(cycle: BillingCycle, found: Detail, shop: Shop, now: datetime) -> list[Offer]:
    """Return what may be done with a cycle now, most likely first."""
    latest = next((attempt for attempt in found.attempts if attempt.cycle_index == cycle.cycle_index), None)
    is_busy = latest is not None and latest.state in OPEN_STATES
    offers = []
    if cycle.parked_reason and not cycle.skipped:
        offers.append(_offer(_("Release"), "release", found, cycle))
    if not is_busy and not by_hand.why_not(found.contract, cycle, shop, now):
        offers.append(_offer(_("Charge now"), "charge", found, cycle))
    if not is_busy and not skip.why_not(found.contract, cycle, not cycle.skipped):
        offers.append(
            _offer(_("Bring back"), "unskip", found, cycle)
            if cycle.skipped
            else _offer(_("Skip"), "skip", found, cycle)
        )
    if not is_busy and move.why_fixed(found.contract, cycle) is None:
        offers.append(_offer(_("Move"), "move", found, cycle))
        if cycle.expected_at > now:
            offers.append(_offer(_("Change this order"), "contents", found, cycle))
            if not address.why_hidden_in(contents.of(found.contract, cycle).delivery_method):
                offers.append(_offer(_("Change its address"), "order_address", found, cycle))
            offers += [_offer(_("Undo its changes"), "restore", found, cycle)] if cycle.contents else []
        if cycle.expected_at > now and billing.why_not(_standing(cycle, found, now), shop) is None:
            offers.append(_offer(_("Order now"), "order_now", found, cycle))
    return offers


def _standing(cycle: BillingCycle, found: Detail, now: datetime) -> Standing:
    dates = {each.cycle_index: each.expected_at for each in found.cycles}
    before, after = (dates.get(cycle.cycle_index + step) for step in (-1, 1))
    return Standing(found.contract, cycle, after, now, before)


def _offer(label: str, verb: str, found: Detail, cycle: BillingCycle) -> Offer:
    number = number_of(found.contract.shopify_gid)
    return Offer(label, url_for(f"admin.contract_{verb}", number=number, cycle=cycle.cycle_index))
