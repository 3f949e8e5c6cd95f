"""The one way in which a cycle is changed at Shopify: asked for there, believed when it is read there.

Three steps, none of them under an open transaction while Shopify is asked: write down who wants what and keep the
cycle from being charged meanwhile · ask · read the contract again and write down what is true.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.cycles import ATTEMPTS, UNBILLED, UNDER_WAY
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import reading, requests
from shopify_app.edits.answers import OF_SHOPIFY, Answer, Refusal, by_rule, refused
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.edits.models import REQUESTED, CycleEdit
from shopify_app.edits.requests import LEASE as LEASE
from shopify_app.edits.rules import hook
from shopify_app.gateways.shopify import attempts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ServerFault, ShopifyError, Unreachable, UserErrors
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json, lock
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import kept
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

REFUSED_BECAUSE = kept("Shopify refused: %(message)s")


def carry_out(ctx: Context, change: Change, target: Target, request_id: str | None = None) -> Answer:
    """Change one cycle at Shopify and tell the journal. Never raises what Shopify may answer: see `Refusal`.

    The same request id acts once and is answered alike, unless nothing was done (PASSING). Raises ValueError for one
    that is empty or too long. None: it is asked for the first time.
    """
    with ctx.db.session() as session:
        begun = _begin(session, change, target, requests.named(request_id), ctx.clock.now())
    if isinstance(begun, Answer):
        return begun
    try:
        return _ask(ctx, change, target, begun.request_id)
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
    query = select(ATTEMPTS.c.state).where(
        ATTEMPTS.c.contract_id == cycle.contract_id,
        ATTEMPTS.c.cycle_index == cycle.cycle_index,
        ATTEMPTS.c.state.in_(UNDER_WAY),
    )
    return session.scalar(query.limit(1)) is not None


def _begin(session: Session, change: Change, target: Target, request_id: str, now: datetime) -> CycleEdit | Answer:
    """Write down the request and lease the cycle; or return the answer that needs no question to Shopify."""
    contract, cycle = _locked(session, target)
    if contract is None or cycle is None:
        return refused(Refusal.GONE)
    edit = requests.known(session, change, target, request_id, cycle)
    if isinstance(edit, Answer):
        return edit
    if cycle.lease_until is not None and cycle.lease_until > machine_now():
        return refused(Refusal.CHARGING if cycle.claimed_at else Refusal.BUSY)
    if edit is not None and edit.state == REQUESTED and change.is_true(cycle):
        return _done(session, edit, contract, cycle, change, now)  # its answer was lost; its outcome was read since
    standing = _standing(session, contract, cycle, now)
    refusal = change.why_not(standing)
    if refusal or is_charging(session, cycle):
        return refused(refusal or Refusal.CHARGING)  # Shopify may not know yet of a charge that we have sent
    verdict = hook.of_change(session, change, standing, target.actor)
    if verdict.forbidden:
        return by_rule(verdict.forbidden)
    edit = requests.write(session, edit, change, target, cycle, request_id, now)
    _tell(session, edit, contract, cycle, change, change.asked_kind, now, verdict.as_data())
    return edit


def _ask(ctx: Context, change: Change, target: Target, request_id: str) -> Answer:
    try:
        refusal = with_client(ctx, target.shop_id, lambda client: _send(client, change, target))
    except UserErrors as error:
        return _reject(ctx, change, target, request_id, _told_by_shopify(error))
    except (Unreachable, ServerFault) as error:
        log.warning("edit without an answer", extra={"shop_id": target.shop_id, "error": str(error)})
        refusal = None
    except ShopifyError as error:
        log.warning("edit has to wait", extra={"shop_id": target.shop_id, "error": str(error)})
        refusal = Refusal.NO_ANSWER
    if refusal:
        return _reject(ctx, change, target, request_id, refused(refusal))
    return confirm(ctx, change, target, request_id) or refused(Refusal.NOT_SEEN)


def _told_by_shopify(error: UserErrors) -> Answer:
    first = error.errors[0]
    known = OF_SHOPIFY.get(first.code)
    return refused(known) if known else refused(Refusal.REFUSED, REFUSED_BECAUSE % {"message": first.message})


def _send(client: AdminClient, change: Change, target: Target) -> Refusal | None:
    """Ask Shopify, unless a charge of the cycle is under way there, ours or anybody's; return why not, if so."""
    seen = attempts.check_cycle(client, target.contract_gid, target.index)
    if any(attempt.state in (attempts.PENDING, attempts.CHALLENGED) for attempt in seen.attempts):
        return Refusal.CHARGING
    if seen.status == "BILLED":
        return Refusal.PAID
    change.send(client, target)
    return None


def confirm(ctx: Context, change: Change, target: Target, request_id: str, *, is_last: bool = False) -> Answer | None:
    """Read the contract again and finish the edit if it is true there, told by whoever reads it first.

    None when it stays open. `is_last`: what is not true by now was not done, and is told so.
    """
    if not read_again(ctx, target):
        return None
    now = ctx.clock.now()
    with ctx.db.session() as session:
        contract, cycle = _locked(session, target)
        edit = session.get_one(CycleEdit, (target.shop_id, request_id), populate_existing=True)
        if contract is not None and cycle is not None and change.is_true(cycle):
            return _done(session, edit, contract, cycle, change, now)
        if not is_last:
            return None
        answer = requests.finish(edit, refused(Refusal.NOT_DONE), now)
        if contract is not None and cycle is not None:
            _tell_rejected(session, edit, contract, cycle, answer, now)
        return answer


def _done(
    session: Session, edit: CycleEdit, contract: Contract, cycle: BillingCycle, change: Change, now: datetime
) -> Answer:
    change.settle(cycle, now)
    _tell(session, edit, contract, cycle, change, change.done_kind, now)
    return requests.finish(edit, Answer(True, change.done_words), now)


def _reject(ctx: Context, change: Change, target: Target, request_id: str, answer: Answer) -> Answer:
    """Nothing was changed; say so."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        contract, cycle = _locked(session, target)
        edit = session.get_one(CycleEdit, (target.shop_id, request_id), populate_existing=True)
        if contract is not None and cycle is not None:
            _tell_rejected(session, edit, contract, cycle, answer, now)
        return requests.finish(edit, answer, now)


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
    preceding = _cycle(session, contract, cycle.cycle_index - 1)
    return Standing(
        contract,
        cycle,
        following.expected_at if following else None,
        now,
        preceding.expected_at if preceding and preceding.status == UNBILLED else None,
    )


def _let_go(session: Session, target: Target) -> None:
    contract = mirror.find(session, target.shop_id, target.contract_gid)
    if contract is not None:
        mine = (BillingCycle.contract_id == contract.id, BillingCycle.cycle_index == target.index)
        free = (*mine, BillingCycle.claimed_at.is_(None))
        session.execute(update(BillingCycle).where(*free).values(lease_until=None))


def _tell(
    session: Session,
    edit: CycleEdit,
    contract: Contract,
    cycle: BillingCycle,
    change: Change,
    kind: str,
    now: datetime,
    data: Json | None = None,
) -> None:
    _record(session, edit, contract, cycle, kind, now, change.cause, edit.before, change.after(), data)


def _tell_rejected(
    session: Session, edit: CycleEdit, contract: Contract, cycle: BillingCycle, answer: Answer, now: datetime
) -> None:
    data = {"action": edit.action, "refusal": answer.refusal}
    _record(session, edit, contract, cycle, "order.edit_rejected", now, data=data)


def _record(
    session: Session,
    edit: CycleEdit,
    contract: Contract,
    cycle: BillingCycle,
    kind: str,
    now: datetime,
    cause: str | None = None,
    before: Json | None = None,
    after: Json | None = None,
    data: Json | None = None,
) -> None:
    record(
        session,
        edit.shop_id,
        # machine time: two edits there and back may happen within one instant of business time; request and outcome
        # end alike, so that door and mirror tell one and the same
        key=f"{kind}:{number_of(contract.shopify_gid)}:{edit.cycle_index}:{edit.stamp}",
        kind=kind,
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=edit.cycle_index,
        actor=edit.actor,
        cause=cause,
        before=before,
        after=after,
        data={"expected_at": cycle.expected_at.isoformat()} | (data or {}),
    )
