"""The row of an edit: begun before Shopify is asked, finished with what came of it: a double tap acts once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.contracts import mirror
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import picture, standing
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.answers import PASSING, Answer, No, by_rule, refused
from shopify_app.edits.models import DONE, REJECTED, REQUESTED, ContractEdit
from shopify_app.edits.rules import hook
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json, lock
from shopify_app.kit.gid import number_of

LONGEST_ID = 100


def begin(
    session: Session, action: Action, target: Target, request_id: str, now: datetime, *, takes_back: bool = False
) -> ContractEdit | Answer:
    """Write down who wants what and hold the contract; or return the answer that needs no question to Shopify.

    What `is_ours` is done with it, in one commit.

    `now`: business time. `takes_back`: it undoes what was allowed just before.

    Raises ValueError for a request id that is empty or longer than LONGEST_ID.
    """
    if not 0 < len(request_id) <= LONGEST_ID:
        raise ValueError("a request id has 1 to 100 characters")
    lock(session, "contract", target.shop_id, target.contract_gid)
    seen = standing.find(session, target.shop_id, target.contract_gid, now)
    if seen is None:
        return refused(No.GONE)
    edit = session.get(ContractEdit, (target.shop_id, request_id), populate_existing=True)
    if edit is not None and (known := _known(edit, action, seen.contract)):
        return known
    if not action.is_ours and (taken := standing.is_taken(session, seen, request_id)):
        return refused(taken)
    if answer := standing.why_not(session, action, seen):
        return answer
    verdict = hook.of_action(session, action, seen, target.actor, takes_back=takes_back)
    if verdict.forbidden:
        return by_rule(verdict.forbidden)
    before = standing.paint(seen)
    edit = edit or ContractEdit(shop_id=target.shop_id, request_id=request_id, contract_id=seen.contract.id)
    edit.action, edit.wish, edit.actor, edit.state = action.name, action.wish(), target.actor, REQUESTED
    edit.before, edit.after = before.as_json(), action.paint(before).as_json()
    edit.refusal = edit.words = edit.finished_at = None
    edit.asked_at, edit.lease_until = now, machine_now() + standing.LEASE
    session.add(edit)
    if action.is_ours:
        return done(session, edit, seen.contract, action, now, verdict.as_data())
    standing.hold(seen, edit.lease_until)
    tell(session, edit, seen.contract, f"subscription.{action.name}_requested", now, verdict.as_data())
    return edit


def _known(edit: ContractEdit, action: Action, contract: Contract) -> Answer | None:
    """What this request id was answered before; None when it may be tried (again)."""
    if (edit.contract_id, edit.action) != (contract.id, action.name) or not _asks_alike(edit.wish, action):
        return refused(No.OTHER_REQUEST)
    if edit.state == REQUESTED:
        return refused(No.BUSY)
    refusal = No(edit.refusal) if edit.refusal else None
    if refusal in PASSING:
        return None
    return Answer(edit.state == DONE, edit.words or "", refusal)


def _asks_alike(wish: Json, action: Action) -> bool:
    try:
        return type(action)(**wish).asked() == action.asked()
    except TypeError:  # a wish that another version wrote
        return False


def locked(
    session: Session, shop_id: int, contract_gid: str, request_id: str
) -> tuple[ContractEdit, Contract | None]:
    """Return an edit that was begun and its contract, under the contract's lock."""
    lock(session, "contract", shop_id, contract_gid)
    edit = session.get_one(ContractEdit, (shop_id, request_id), populate_existing=True)
    return edit, mirror.find(session, shop_id, contract_gid)


def done(
    session: Session, edit: ContractEdit, contract: Contract, action: Action, now: datetime, data: Json | None = None
) -> Answer:
    """Write down that the change is there: at Shopify, or on our rows. `data`: what its fact says besides."""
    action.settle(session, contract, edit.actor)
    edit.wish = action.learned(contract, edit.before).wish()
    if action.done_kind:
        tell(session, edit, contract, action.done_kind, now, data or action.told(contract))
    return _finish(edit, DONE, Answer(True, action.done_words), now)


def rejected(session: Session, edit: ContractEdit, contract: Contract, answer: Answer, now: datetime) -> Answer:
    """Write down that nothing was changed, and why."""
    tell(
        session, edit, contract, "subscription.edit_rejected", now, {"action": edit.action, "refusal": answer.refusal}
    )
    return _finish(edit, REJECTED, answer, now)


def _finish(edit: ContractEdit, state: str, answer: Answer, now: datetime) -> Answer:
    edit.state, edit.words, edit.refusal = state, answer.words, answer.refusal
    edit.finished_at, edit.lease_until = now, None
    return answer


def tell(
    session: Session, edit: ContractEdit, contract: Contract, kind: str, now: datetime, data: Json | None = None
) -> None:
    """Record a fact about the edit. `now`: business time; pictures leave out what says who or where somebody is."""
    before, after = picture.difference(edit.before, edit.after)
    record(
        session,
        edit.shop_id,
        # machine time: a request that was answered "try again" may be asked twice
        key=f"{kind}:{number_of(contract.shopify_gid)}:{edit.request_id}:{machine_now().isoformat()}",
        kind=kind,
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        actor=edit.actor,
        before=before,
        after=after,
        data=data,
    )
