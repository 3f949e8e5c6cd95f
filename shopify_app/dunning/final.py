"""The end of a ladder: skip the order, pause or cancel the subscription by the doors of edits, or ask a person."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.billing.models import CHALLENGED, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.dunning import backup, cases, ladders, policy, retry
from shopify_app.dunning.models import CLOSED, OPEN, DunningCase
from shopify_app.dunning.policy import AGAIN, Final, Next, Step
from shopify_app.edits import answers, change, door, skip
from shopify_app.edits.contract import action as contract_action
from shopify_app.edits.contract import answers as contract_answers
from shopify_app.edits.contract import door as contract_door
from shopify_app.edits.contract.statuses import Cancel, Pause
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.crashpoints import reach

log = logging.getLogger(__name__)

ACTOR = "perennial"
MOST_TROUBLES = 5
"""So many refusals of the last action, and a person decides."""

UNCONFIRMED = (
    "The bank asked the shopper to confirm this payment, and they have not. As long as Shopify keeps the question "
    "open, nothing else may be charged for this order, nor can it be skipped. It goes on by itself once that is over."
)
NOBODY_CAN = (
    "Every try to charge this order has failed. A person decides: charge it, skip it, or end the subscription."
)
PAID_IT_SAYS = (
    "Shopify says that this order was paid already, but does not show a payment. Look at the order list before "
    "anything is charged."
)
CUSTOMER_GONE = (
    "Shopify says that this customer does not exist or cannot be charged. Look at the customer in Shopify."
)


def run(ctx: Context, case_id: int, actor: str = ACTOR) -> bool:
    """Do what the case's ladder ends with; answers whether it is done. What a door refuses is an answer.

    The shopper's backup method, if they chose one, is tried before; raises as `retry.run` does for that. What Shopify
    refuses is tried again in an hour, and after some times left to a person.
    """
    if actor == ACTOR and backup.try_first(ctx, case_id):
        return False
    with ctx.db.session() as session:
        wanted = _decide(session, case_id, ctx.clock.now())
        if wanted is None:
            return False
        case = session.get_one(DunningCase, case_id)
        gid = session.get_one(Contract, case.contract_id).shopify_gid
    is_done, is_passing = _carry_out(ctx, case, gid, wanted, actor)
    reach("dunning.after_final_before_record")
    with ctx.db.session() as session:
        _record(session, case_id, wanted, actor, is_done, is_passing, ctx.clock.now())
    ctx.wakeups.wake("klaviyo")
    return is_done


def _decide(session: Session, case_id: int, now: datetime) -> Final | None:
    """Return the action to carry out; None when the case is over, waits, or was given to a person here."""
    case, contract, cycle = retry.locked(session, case_id)
    if case.state != OPEN:
        return None
    last = session.get_one(BillingAttempt, case.attempt_id)
    if last.state == CHALLENGED and cycle is not None:
        retry.ask_person(session, case, contract, cycle, UNCONFIRMED, now)
        return None
    if retry.overtaken(session, case, contract, cycle, now) or cycle is None:
        return None
    decline, own = Decline(case.decline), ladders.of(session, case.shop_id)
    if decline in own and case.used.get(decline.value, 0) < len(own[decline].waits):
        cases.plan(case, Next(Step.RETRY, now))  # the merchant lengthened the ladder meanwhile
        return None
    wanted = policy.final_of(decline, own)
    if wanted is Final.PERSON:
        retry.ask_person(session, case, contract, cycle, _WORDS.get(decline, NOBODY_CAN), now)
        return None
    case.final_action = wanted.value  # the intent, so that whoever dies after the door still has it told
    return wanted


_WORDS = {Decline.ALREADY_PAID: PAID_IT_SAYS, Decline.CUSTOMER_GONE: CUSTOMER_GONE}


def _carry_out(ctx: Context, case: DunningCase, gid: str, wanted: Final, actor: str) -> tuple[bool, bool]:
    """Ask the door; answers whether it is done, and whether a refusal may pass. One request id for each refusal."""
    request_id = f"dunning-{case.id}-{case.attempt_id}-{case.troubles}-{wanted.value}"
    if wanted is Final.SKIP:
        target = change.Target(case.shop_id, gid, case.cycle_index, actor)
        answer = door.carry_out(ctx, skip.Skipping(True), target, request_id)
        return answer.is_done or answer.refusal is answers.Refusal.ALREADY, answer.refusal in answers.PASSING
    action = Pause() if wanted is Final.PAUSE else Cancel("other", "The payment failed.")
    on = contract_action.Target(case.shop_id, gid, actor)
    said = contract_door.carry_out(ctx, action, on, request_id)
    passing = contract_answers.PASSING | {contract_answers.No.NOT_SEEN}
    return said.is_done or said.refusal is contract_answers.No.ALREADY, said.refusal in passing


def _record(
    session: Session, case_id: int, wanted: Final, actor: str, is_done: bool, is_passing: bool, now: datetime
) -> None:
    case, contract, cycle = retry.locked(session, case_id)
    if is_done:
        if case.state == OPEN or (case.state == CLOSED and case.why_closed == retry.OUTCOME[wanted.value]):
            cases.exhaust(session, case, contract, wanted.value, actor, now)
        return
    case.troubles += 1
    if not is_passing:
        case.final_action = None  # a pause that somebody else makes later is theirs
    if case.troubles >= MOST_TROUBLES and not is_passing and cycle is not None:
        log.error("the last step of a failed charge is refused", extra={"shop_id": case.shop_id, "case_id": case.id})
        words = f"Shopify does not let Perennial {wanted.value} this subscription after its payments failed."
        retry.ask_person(session, case, contract, cycle, words, now)
    elif case.state == OPEN:
        cases.plan(case, Next(Step.FINAL, now + AGAIN))
