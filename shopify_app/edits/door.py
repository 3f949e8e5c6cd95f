"""The one way in which a cycle is changed at Shopify: asked for there, believed when it is read there.

Three steps, none of them under an open transaction while Shopify is asked: write down who wants what and keep the
cycle from being charged meanwhile · ask · read the contract again and write down what is true.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import column, select, table, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import reading
from shopify_app.edits.answers import OF_SHOPIFY, Answer, Refusal, by_rule, refused
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.edits.rules import hook
from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.gateways.shopify import attempts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ServerFault, ShopifyError, Unreachable, UserErrors
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json, lock
from shopify_app.kit.gid import number_of
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
"""Machine time for which the cycle is not charged while Shopify is asked; after it the asker is dead."""
# Billing stands to the right of edits and may not be imported; whether a charge is under way is read as rows.
_ATTEMPTS = table("billing_attempts", column("contract_id"), column("cycle_index"), column("state"))
_OPEN = ("written", "requested", "unknown", "challenged")


@dataclass(frozen=True)
class _Begun:
    """A request that was written down. `before`: what is to change, as it was. `stamp`: its machine instant, which
    ends its fact's key and that of the fact that it is done, so that door and mirror tell one and the same."""

    before: Json
    stamp: str


def carry_out(ctx: Context, change: Change, target: Target) -> Answer:
    """Change one cycle at Shopify and tell the journal. Never raises what Shopify may answer: see `Refusal`."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        begun = _begin(session, change, target, now)
    if isinstance(begun, Refusal):
        return refused(begun)
    if isinstance(begun, Forbidden):
        return by_rule(begun)
    try:
        return _ask(ctx, change, target, begun)
    finally:
        with ctx.db.session() as session:
            _let_go(session, target)


def look(session: Session, target: Target, now: datetime) -> Standing | None:
    """Return how the cycle stands in our rows, None when we know no such cycle. `now`: business time."""
    contract = mirror.find(session, target.shop_id, target.contract_gid)
    cycle = _cycle(session, contract, target.index) if contract else None
    if contract is None or cycle is None:
        return None
    return _standing(session, contract, cycle, now)


def is_charging(session: Session, cycle: BillingCycle) -> bool:
    """Answer whether a charge of this cycle has been written down or sent, and has no outcome yet."""
    query = select(_ATTEMPTS.c.state).where(
        _ATTEMPTS.c.contract_id == cycle.contract_id,
        _ATTEMPTS.c.cycle_index == cycle.cycle_index,
        _ATTEMPTS.c.state.in_(_OPEN),
    )
    return session.scalar(query.limit(1)) is not None


def _begin(session: Session, change: Change, target: Target, now: datetime) -> _Begun | Refusal | Forbidden:
    """Write down the request and lease the cycle; or return why not."""
    contract, cycle = _locked(session, target)
    if contract is None or cycle is None:
        return Refusal.GONE
    moment = machine_now()
    if cycle.lease_until is not None and cycle.lease_until > moment:
        return Refusal.CHARGING if cycle.claimed_at else Refusal.BUSY
    standing = _standing(session, contract, cycle, now)
    refusal = change.why_not(standing)
    if refusal or is_charging(session, cycle):
        return refusal or Refusal.CHARGING  # Shopify may not know yet of a charge that we have sent
    verdict = hook.of_change(session, change, standing, target.actor)
    if verdict.forbidden:
        return verdict.forbidden
    cycle.claimed_at, cycle.lease_until = None, moment + LEASE
    begun = _Begun(change.before(cycle), moment.isoformat())
    _tell(session, contract, cycle, change.asked_kind, target, now, begun, change.after(), verdict.as_data())
    return begun


def _ask(ctx: Context, change: Change, target: Target, begun: _Begun) -> Answer:
    try:
        refusal = with_client(ctx, target.shop_id, lambda client: _send(client, change, target))
    except UserErrors as error:
        return _told_by_shopify(error)
    except (Unreachable, ServerFault) as error:
        log.warning("edit without an answer", extra={"shop_id": target.shop_id, "error": str(error)})
        return _confirm(ctx, change, target, begun)
    except ShopifyError as error:
        log.warning("edit has to wait", extra={"shop_id": target.shop_id, "error": str(error)})
        return refused(Refusal.NO_ANSWER)
    return refused(refusal) if refusal else _confirm(ctx, change, target, begun)


def _told_by_shopify(error: UserErrors) -> Answer:
    first = error.errors[0]
    known = OF_SHOPIFY.get(first.code)
    return refused(known) if known else refused(Refusal.REFUSED, f"Shopify refused: {first.message}")


def _send(client: AdminClient, change: Change, target: Target) -> Refusal | None:
    """Ask Shopify, unless a charge of the cycle is under way there, ours or anybody's; return why not, if so."""
    seen = attempts.check_cycle(client, target.contract_gid, target.index)
    if any(attempt.state in (attempts.PENDING, attempts.CHALLENGED) for attempt in seen.attempts):
        return Refusal.CHARGING
    if seen.status == "BILLED":
        return Refusal.PAID
    change.send(client, target)
    return None


def _confirm(ctx: Context, change: Change, target: Target, begun: _Begun) -> Answer:
    """Read the contract again: only what is read there is told as done, by whoever reads it first."""
    if not read_again(ctx, target):
        return refused(Refusal.NOT_SEEN)
    now = ctx.clock.now()
    with ctx.db.session() as session:
        contract, cycle = _locked(session, target)
        if contract is None or cycle is None or not change.is_true(cycle):
            return refused(Refusal.NOT_SEEN)
        change.settle(cycle, now)
        _tell(session, contract, cycle, change.done_kind, target, now, begun, change.after())
    return Answer(True, change.done_words)


def read_again(ctx: Context, target: Target) -> bool:
    """Mirror the contract with this cycle as Shopify has it now; False when Shopify did not answer."""
    return reading.read_again(ctx, target.shop_id, target.contract_gid, [target.index])


def _locked(session: Session, target: Target) -> tuple[Contract | None, BillingCycle | None]:
    lock(session, "contract", target.shop_id, target.contract_gid)
    contract = mirror.find(session, target.shop_id, target.contract_gid)
    return contract, _cycle(session, contract, target.index, is_locked=True) if contract else None


def _cycle(session: Session, contract: Contract, index: int, *, is_locked: bool = False) -> BillingCycle | None:
    mine = (BillingCycle.contract_id == contract.id, BillingCycle.cycle_index == index)
    query = select(BillingCycle).where(*mine).execution_options(populate_existing=True)
    return session.scalars(query.with_for_update() if is_locked else query).one_or_none()


def _standing(session: Session, contract: Contract, cycle: BillingCycle, now: datetime) -> Standing:
    following = _cycle(session, contract, cycle.cycle_index + 1)
    return Standing(contract, cycle, following.expected_at if following else None, now)


def _let_go(session: Session, target: Target) -> None:
    contract = mirror.find(session, target.shop_id, target.contract_gid)
    if contract is not None:
        mine = (BillingCycle.contract_id == contract.id, BillingCycle.cycle_index == target.index)
        free = (*mine, BillingCycle.claimed_at.is_(None))
        session.execute(update(BillingCycle).where(*free).values(lease_until=None))


def _tell(
    session: Session,
    contract: Contract,
    cycle: BillingCycle,
    kind: str,
    target: Target,
    now: datetime,
    begun: _Begun,
    after: Json,
    data: Json | None = None,
) -> None:
    record(
        session,
        target.shop_id,
        # machine time: two edits there and back may happen within one instant of business time
        key=f"{kind}:{number_of(contract.shopify_gid)}:{target.index}:{begun.stamp}",
        kind=kind,
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=target.index,
        actor=target.actor,
        before=begun.before,
        after=after,
        data={"expected_at": cycle.expected_at.isoformat()} | (data or {}),
    )
