"""The end of a ladder: skip the order, pause or cancel the subscription by the doors of edits, or ask a person."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.billing.models import CHALLENGED, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.dunning import backup, cases, ending, ladders, policy, retry
from shopify_app.dunning.models import CLOSED, OPEN, DunningCase
from shopify_app.dunning.policy import AGAIN, Final, Next, Step
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.speech import N_, kept

NOT_LET = kept("Shopify does not let Perennial %(deed)s this subscription after its payments failed.")

log = logging.getLogger(__name__)

ACTOR = "perennial"
MOST_TROUBLES = 5
"""So many refusals of the last action, and a person decides."""

UNCONFIRMED = N_(
    "The bank asked the shopper to confirm this payment, and they have not. As long as Shopify keeps the question "
    "open, nothing else may be charged for this order, nor can it be skipped. It goes on by itself once that is over."
)
NOBODY_CAN = N_(
    "Every try to charge this order has failed. A person decides: charge it, skip it, or end the subscription."
)
PAID_IT_SAYS = N_(
    "Shopify says that this order was paid already, but does not show a payment. Look at the order list before "
    "anything is charged."
)
CUSTOMER_GONE = N_(
    "Shopify says that this customer does not exist or cannot be charged. Look at the customer in Shopify."
)


def run(ctx: Context, case_id: int) -> bool:
    """Do what the case's ladder ends with; answers whether it is done. What a door refuses is an answer.

    The shopper's backup method, if they chose one, is tried before; raises as `retry.run` does for that. What Shopify
    refuses is tried again in an hour, and after some times left to a person.
    """
    if backup.try_first(ctx, case_id):
        return False
    with ctx.db.session() as session:
        wanted = _decide(session, case_id, ctx.clock.now())
        if wanted is None:
            return False
        case = session.get_one(DunningCase, case_id)
        gid = session.get_one(Contract, case.contract_id).shopify_gid
    said = ending.ask(ctx, case, gid, wanted, ACTOR, "dunning")
    reach("dunning.after_final_before_record")
    with ctx.db.session() as session:
        _record(session, case_id, wanted, said, ctx.clock.now())
    ctx.wakeups.wake("klaviyo")
    return said.is_done


def _decide(session: Session, case_id: int, now: datetime) -> Final | None:
    """Return the action to carry out; None when the case is over, waits, or was given to a person here."""
    case, contract, cycle = retry.locked(session, case_id)
    if not retry.is_its_turn(case, now, Step.FINAL):
        return None
    last = session.get_one(BillingAttempt, case.attempt_id)
    if last.state == CHALLENGED and cycle is not None:
        retry.ask_person(session, case, contract, cycle, UNCONFIRMED, now)
        return None
    if retry.overtaken(session, case, contract, cycle, now) or cycle is None:
        return None
    decline, own = Decline(case.decline), ladders.of(session, case.shop_id)
    if _has_tries(case, own) and backup.find(session, case) is None:
        cases.plan(case, Next(Step.RETRY, now))  # the merchant lengthened the ladder meanwhile
        return None
    wanted = policy.final_of(decline, own)
    if wanted is Final.PERSON:
        retry.ask_person(session, case, contract, cycle, _WORDS.get(decline, NOBODY_CAN), now)
        return None
    case.final_action = wanted.value  # the intent, so that whoever dies after the door still has it told
    return wanted


def _has_tries(case: DunningCase, own: ladders.Ladders) -> bool:
    ladder = own.get(Decline(case.decline))
    return ladder is not None and case.used.get(case.decline, 0) < len(ladder.waits)


_WORDS = {Decline.ALREADY_PAID: PAID_IT_SAYS, Decline.CUSTOMER_GONE: CUSTOMER_GONE}


def _record(session: Session, case_id: int, wanted: Final, said: ending.Said, now: datetime) -> None:
    case, contract, cycle = retry.locked(session, case_id)
    if said.is_done:
        if case.state == OPEN or (case.state == CLOSED and case.why_closed == retry.OUTCOME[wanted.value]):
            cases.exhaust(session, case, contract, wanted.value, ACTOR, now)
        return
    if not said.is_passing:
        case.final_action = None  # a pause that somebody else makes later is theirs
    if case.state != OPEN:
        return
    case.troubles += 1
    if case.troubles >= MOST_TROUBLES and not said.is_passing and cycle is not None:
        log.error("the last step of a failed charge is refused", extra={"shop_id": case.shop_id, "case_id": case.id})
        words = NOT_LET % {"deed": wanted.value}
        retry.ask_person(session, case, contract, cycle, words, now)
    else:
        cases.plan(case, Next(Step.FINAL, now + AGAIN))
