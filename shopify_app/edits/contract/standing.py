"""How a subscription stands in our rows, and what keeps everybody from changing it right now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.contracts import mirror
from shopify_app.contracts.cycles import ATTEMPTS, UNDER_WAY
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.contract import pause_ends, picture
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.picture import Picture
from shopify_app.edits.models import REQUESTED, ContractEdit
from shopify_app.kit.clock import machine_now
from shopify_app.kit.speech import N_, kept, kept_day
from shopify_app.shops.models import Shop

OWN = kept("The order of %(date)s was changed for its date alone.")
THEN = N_("Shopify changes the subscription only after it.")

LEASE = timedelta(seconds=120)
"""Machine time for which nothing of the contract is charged while Shopify is asked; after it the asker is dead."""


def look(session: Session, contract: Contract, now: datetime) -> Standing:
    """Return how a contract stands. `now`: business time."""
    mine = (BillingCycle.contract_id == contract.id, BillingCycle.status == "UNBILLED")
    query = select(BillingCycle).where(*mine).order_by(BillingCycle.expected_at, BillingCycle.id)
    cycles = session.scalars(query.execution_options(populate_existing=True)).all()
    resumes_at, shop = pause_ends.find(session, contract), session.get_one(Shop, contract.shop_id)
    return Standing(contract, cycles, resumes_at, now, shop=shop)


def look_for_many(session: Session, contract: Contract, now: datetime) -> Standing:
    """Return the same for a page that weighs all actions and does none: what each of them asks is asked once."""
    return replace(look(session, contract, now), is_charging=_is_charging(session, contract))


def find(session: Session, shop_id: int, contract_gid: str, now: datetime) -> Standing | None:
    """Return how the contract of a gid stands, None when we know none."""
    contract = mirror.find(session, shop_id, contract_gid)
    return look(session, contract, now) if contract else None


def paint(standing: Standing) -> Picture:
    """Return the picture of a contract as it is."""
    return picture.of(standing.contract, standing.cycles, standing.resumes_at, standing.now)


def why_not(session: Session, action: Action, standing: Standing) -> Answer | None:
    """Return why an action cannot be carried out now, None when it can."""
    if refusal := action.why_not(standing):
        return refused(refusal)
    if action.is_ours:  # a charge under way is none of its business
        return None
    is_charging = standing.is_charging
    if is_charging or (is_charging is None and _is_charging(session, standing.contract)):
        return refused(No.CHARGING)
    return future_edits(session, standing) if action.is_draft else None


def future_edits(session: Session, standing: Standing) -> Answer | None:
    """Return the refusal that names the date with contents of its own, None when no date has any.

    Shopify changes no contract while a current or upcoming cycle has (HAS_FUTURE_EDITS, schema 2026-10).
    """
    own = [cycle for cycle in standing.cycles if cycle.contents and cycle.end_at >= standing.now]
    if not own:
        return None
    at = own[0].expected_at.astimezone(session.get_one(Shop, standing.contract.shop_id).zone)
    return refused(No.FUTURE_EDITS, f"{OWN % {'date': kept_day(at.date())}} {THEN}")


def is_taken(session: Session, standing: Standing, request_id: str) -> No | None:
    """Return BUSY or CHARGING while somebody else changes or charges the contract."""
    moment = machine_now()
    held = [c for c in standing.cycles if c.lease_until is not None and c.lease_until > moment]
    if held:
        return No.CHARGING if any(cycle.claimed_at for cycle in held) else No.BUSY
    mine = (ContractEdit.contract_id == standing.contract.id, ContractEdit.state == REQUESTED)
    other = select(ContractEdit.request_id).where(*mine, ContractEdit.request_id != request_id)
    return No.BUSY if session.scalar(other.limit(1)) else None


def hold(standing: Standing, until: datetime) -> None:
    """Keep the contract's cycles from being charged until a machine instant."""
    for cycle in standing.cycles:
        cycle.claimed_at, cycle.lease_until = None, until


def let_go(session: Session, contract_id: int, until: datetime) -> None:
    """Take back a hold, where nobody has taken the cycle since."""
    mine = (BillingCycle.contract_id == contract_id, BillingCycle.lease_until == until)
    session.execute(update(BillingCycle).where(*mine, BillingCycle.claimed_at.is_(None)).values(lease_until=None))


def _is_charging(session: Session, contract: Contract) -> bool:
    mine = (ATTEMPTS.c.contract_id == contract.id, ATTEMPTS.c.state.in_(UNDER_WAY))
    return session.scalar(select(ATTEMPTS.c.state).where(*mine).limit(1)) is not None
