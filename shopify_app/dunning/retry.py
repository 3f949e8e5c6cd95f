"""Charging a failed cycle once more, unless something happened meanwhile that the case does not know of.

The cycle is claimed like any that is due, and every gate of billing is asked; only that the charge is late is known.
Dying at any line leaves the claim to billing, which charges the cycle as due, or an attempt row that is looked up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopify_app.billing import ledger, parking, settings, settle
from shopify_app.billing.attempts import ShopMustRest
from shopify_app.billing.charge import charge
from shopify_app.billing.models import BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning import cases, ladders, standing
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.dunning.policy import AGAIN, Final, Next, Step
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import PENDING, SUCCESS, AttemptSnapshot
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.speech import N_
from shopify_app.shops.tokens import with_client
from shopify_app.stock import covered

LEASE = timedelta(seconds=120)
SOON, A_DAY = timedelta(minutes=10), timedelta(days=1)
SKEW = timedelta(minutes=1)
"""Shopify's clock and ours may differ by less than this."""
STRANGER = N_(
    "Since the last failed charge, this subscription was charged outside Perennial. Shopify does this after a card "
    "update. Look at the order list: this order may be paid already."
)
TOO_LATE = N_("The next try was due longer ago than charges are caught up. A person decides.")
OUTCOME = {Final.PAUSE.value: "paused", Final.SKIP.value: "skipped", Final.CANCEL.value: "ended"}
"""How a case stands once its last action is done."""


def run(ctx: Context, case_id: int) -> None:
    """Charge a case's cycle once more, or write down what came in between. Raises ShopifyError, ShopMustRest."""
    strangers = _strangers(ctx, case_id)
    reach("dunning.after_look_before_claim")
    with ctx.db.session() as session:
        cycle_id = _claim(session, case_id, strangers, ctx.clock.now())
    if cycle_id is None:
        return
    reach("dunning.after_claim_before_charge")
    try:
        charge(ctx, cycle_id)
    except ShopMustRest:
        _let_go(ctx, cycle_id)  # it is due: billing charges it as soon as the shop can be asked
        raise


def _strangers(ctx: Context, case_id: int) -> list[AttemptSnapshot]:
    """Somebody else's attempts of the contract, of any cycle, since the case's last one. Raises ShopifyError."""
    with ctx.db.session() as session:
        case = session.get_one(DunningCase, case_id)
        contract = session.get_one(Contract, case.contract_id)
        last = session.get_one(BillingAttempt, case.attempt_id)
        ours = ledger.keys_of(session, case.shop_id, contract.id, foreign=False)
        since, gid, index = last.written_at - SKEW, contract.shopify_gid, case.cycle_index
        cycle = settle.cycle_of(session, last)
        if cycle is not None and cycle.released_at is not None:
            since = max(since, cycle.released_at)  # a person has looked at what was there by then
    seen = with_client(ctx, case.shop_id, lambda client: shopify.cycle_attempts(client, gid, index))
    if any(one.state == SUCCESS for one in seen.attempts):
        return []  # this very cycle is paid: the gates say so, and write down by whom
    listed = {one.key: one for one in (*seen.contract_attempts, *seen.attempts)}
    return [
        one for one in listed.values() if one.key not in ours and (one.created_at is None or one.created_at > since)
    ]


def _claim(session: Session, case_id: int, strangers: list[AttemptSnapshot], now: datetime) -> int | None:
    """Take the cycle for a charge; None when something came in between, which is written down."""
    case, contract, cycle = locked(session, case_id)
    if not is_its_turn(case, now, Step.RETRY, Step.CARD, Step.BACKUP):
        return None
    if overtaken(session, case, contract, cycle, now) or cycle is None:
        return None
    if any(one.state == PENDING for one in strangers):
        cases.plan(case, Next(Step(case.next_step or Step.RETRY), now + SOON))
        return None
    if strangers or _is_too_late(session, case, now):
        ask_person(session, case, contract, cycle, STRANGER if strangers else TOO_LATE, now)
        return None
    if case.next_step == Step.RETRY:
        ladder, used = ladders.of(session, case.shop_id).get(Decline(case.decline)), case.used.get(case.decline, 0)
        if ladder is None or used >= len(ladder.waits):
            cases.plan(case, Next(Step.FINAL, now))  # the merchant shortened the ladder meanwhile
            return None
        case.used = {**case.used, case.decline: used + 1}
        if case.decline == Decline.INVENTORY.value and not covered.is_covered(session, contract, cycle, now):
            cases.plan(case, Next(Step.RETRY, now + A_DAY))  # a try would fail, and may show on the shopper's card
            return None
    give_back(cycle, now)
    cycle.claimed_at, cycle.lease_until = now, machine_now() + LEASE
    cases.plan(case, Next(Step.LOOK, now + AGAIN))
    session.flush()
    return cycle.id


def _is_too_late(session: Session, case: DunningCase, now: datetime) -> bool:
    """A step that nobody took for longer than a shop catches up, as after an outage, is a person's."""
    catch_up = timedelta(days=settings.of(session, case.shop_id).catch_up_days)
    return case.next_step_at is not None and now - case.next_step_at > catch_up


def ask_person(
    session: Session, case: DunningCase, contract: Contract, cycle: BillingCycle, words: str, now: datetime
) -> None:
    """Park the cycle until a person has read `words` and released it, and look for that every hour."""
    parking.park(session, contract, words, now, cycle)
    cases.plan(case, Next(Step.PERSON, now + AGAIN))


def give_back(cycle: BillingCycle, now: datetime) -> None:
    """Let a failed cycle be due again. Its waiting was ours, so it is not late (business time)."""
    cycle.attempted_at, cycle.hold_ended_at = None, now


def locked(session: Session, case_id: int) -> tuple[DunningCase, Contract, BillingCycle | None]:
    """Return a case, its contract and its cycle, locked until the transaction ends."""
    case = session.get_one(DunningCase, case_id)
    contract = session.get_one(Contract, case.contract_id)
    ledger.lock_contract(session, case.shop_id, contract.shopify_gid)
    session.refresh(contract)
    found = cases.find(session, case.contract_id, case.cycle_index) or case
    attempt = session.get_one(BillingAttempt, found.attempt_id)
    return found, contract, settle.cycle_of(session, attempt)


def is_its_turn(case: DunningCase, now: datetime, *steps: Step) -> bool:
    """Tell whether a locked case is still to take one of these steps: since it was claimed, another may have come."""
    is_due = case.next_step_at is not None and case.next_step_at <= now
    return case.state == OPEN and is_due and case.next_step in steps


def overtaken(
    session: Session, case: DunningCase, contract: Contract, cycle: BillingCycle | None, now: datetime
) -> bool:
    """Close a case that was overtaken, or let it look again where something is under way; answers whether so."""
    found = standing.judge(session, case, contract, cycle)
    if found.closed == "paid":
        cases.recover(session, case, contract, now)
    elif found.closed and found.closed == OUTCOME.get(case.final_action or ""):
        cases.exhaust(session, case, contract, str(case.final_action), "perennial", now)  # who did it died before
    elif found.closed:
        if found.closed == "moved" and cycle is not None:
            give_back(cycle, now)  # it is charged on its new date, like any
        cases.close(session, case, contract, found.closed, now)
    elif found.waits == "parked":
        cases.plan(case, Next(Step.PERSON, now + AGAIN))
    elif found.waits == "stopped":
        # the step stays: it is taken when charging runs again
        cases.plan(case, Next(Step(case.next_step or Step.LOOK), now + AGAIN))
    elif found.waits:
        cases.plan(case, Next(Step.LOOK, now + (AGAIN if found.waits == "charging" else SOON)))
    return bool(found.closed or found.waits)


def _let_go(ctx: Context, cycle_id: int) -> None:
    with ctx.db.session() as session:
        session.execute(
            update(BillingCycle)
            .where(BillingCycle.id == cycle_id, BillingCycle.attempted_at.is_(None))
            .values(claimed_at=None, lease_until=None)
        )
