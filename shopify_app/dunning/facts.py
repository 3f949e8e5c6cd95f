"""What a case tells the journal. Channels make messages of it; which of it a shopper hears is decided here, once.

A shopper hears of a failure that is theirs to mend, once per attempt, and of how it ended only if they heard of it.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shopify_app.billing.models import CHALLENGED, BillingAttempt
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning import policy
from shopify_app.dunning.ladders import Ladders
from shopify_app.dunning.models import DunningCase
from shopify_app.dunning.policy import Final, Step
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of

WHY = ("paid", "skipped", "paused", "ended", "gone", "moved")
"""Why a case was closed though nothing had been exhausted."""
ENDS = (Final.SKIP.value, Final.PAUSE.value, Final.CANCEL.value)
"""Ends that the shopper hears of; a person's decision is not one."""


def opened(session: Session, case: DunningCase, contract: Contract, cycle: BillingCycle, now: datetime) -> None:
    """The order is at risk: said once per case."""
    data = {"class": case.decline, "code": case.code, "expected_at": cycle.expected_at.isoformat()}
    _tell(session, case, contract, "payment.at_risk", case.opened_at.isoformat(), now, data)


def failed(
    session: Session,
    case: DunningCase,
    contract: Contract,
    cycle: BillingCycle,
    attempt: BillingAttempt,
    own: Ladders,
    at: datetime,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """What comes next after this attempt; and, if the shopper can help, that it failed.

    Where the end is at hand it is the end that the shopper hears of, not the failure and the end within a minute.
    """
    decline, is_asked = Decline(case.decline), attempt.state == CHALLENGED
    data: Json = {
        "class": decline.value,
        "code": case.code,
        "attempt_number": attempt.attempt_number,
        "next_step": case.next_step,
        "next_step_at": case.next_step_at.isoformat() if case.next_step_at else None,
        # nothing can be done at Shopify as long as the bank's question is open (`final.py`)
        "final": (Final.PERSON if is_asked else policy.final_of(decline, own)).value,
        "expected_at": cycle.expected_at.isoformat(),
    }
    _tell(session, case, contract, "payment.planned", f"{attempt.attempt_number}:{attempt.state}", at, data)
    is_last = case.next_step == Step.FINAL  # also after a backup, whatever tries its own reason would have
    ends_now = is_last and case.next_step_at is not None and case.next_step_at <= now and data["final"] in ENDS
    if policy.HELPS[decline] != "shopper" or ends_now:
        data["quiet"] = True
        data["ends_now"] = ends_now or None
    else:
        case.told_at = case.told_at or at
    if is_asked:
        data["attempt_id"] = attempt.id
        _tell(session, case, contract, "payment.action_required", str(attempt.attempt_number), at, data)
        return
    coming = () if is_last else policy.outlook(decline, case.used, own, at, zone)
    data["attempts_left"] = sum(step.step is Step.RETRY for step in coming)
    data["final_at"] = data["next_step_at"] if is_last else coming[-1].at.isoformat() if coming else None
    _tell(session, case, contract, "payment.failed", str(attempt.attempt_number), at, data)


def recovered(session: Session, case: DunningCase, contract: Contract, now: datetime) -> None:
    """The order is paid after all."""
    data = {**_ended(case), "days": max(0, (now - case.opened_at).days), "told": case.told_at is not None}
    _tell(session, case, contract, "payment.recovered", case.opened_at.isoformat(), now, data)


def closed(session: Session, case: DunningCase, contract: Contract, now: datetime) -> None:
    """Nothing more is tried, because something else happened."""
    data = {**_ended(case), "why": case.why_closed}
    _tell(session, case, contract, "payment.case_closed", case.opened_at.isoformat(), now, data)


def exhausted(session: Session, case: DunningCase, contract: Contract, actor: str, now: datetime) -> None:
    """Nothing helped; what the ladder ends with was done."""
    concerns = case.told_at is not None or policy.HELPS[Decline(case.decline)] == "shopper"
    data = {**_ended(case), "final_action": case.final_action, "told": concerns}
    _tell(session, case, contract, "payment.exhausted", case.opened_at.isoformat(), now, data, actor)


def reminded(session: Session, case: DunningCase, contract: Contract, now: datetime) -> None:
    """The merchant alone can help, and has not yet."""
    data = {"class": case.decline, "code": case.code}
    _tell(session, case, contract, "payment.waits_for_merchant", now.isoformat(), now, data)


def card_changed(session: Session, case: DunningCase, contract: Contract, now: datetime) -> None:
    """The way to pay changed while a charge waits: it is tried at once."""
    data = {"next_step_at": case.next_step_at.isoformat() if case.next_step_at else None}
    _tell(session, case, contract, "payment.card_changed", now.isoformat(), now, data)


def backup_tried(session: Session, case: DunningCase, contract: Contract, gid: str, now: datetime) -> None:
    """The shopper's backup method is charged instead of ending the case."""
    _tell(session, case, contract, "payment.backup_tried", now.isoformat(), now, {"method_gid": gid})


def backup_over(session: Session, case: DunningCase, contract: Contract, state: str, now: datetime) -> None:
    """The backup was used; the shopper's own method pays again, or the one that somebody chose meanwhile does."""
    kind = "payment.method_restored" if state == "restored" else "payment.method_kept"
    _tell(session, case, contract, kind, now.isoformat(), now, {})


def _ended(case: DunningCase) -> Json:
    return {
        "class": case.decline,
        "code": case.code,
        "attempts": case.failures,
        "amount": str(case.amount),
        "currency": case.currency,
    }


def _tell(
    session: Session,
    case: DunningCase,
    contract: Contract,
    kind: str,
    name: str,
    at: datetime,
    data: Json,
    actor: str = "perennial",
) -> None:
    record(
        session,
        case.shop_id,
        key=f"{kind}:{number_of(contract.shopify_gid)}:{case.cycle_index}:{name}",
        kind=kind,
        occurred_at=at,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=case.cycle_index,
        actor=actor,
        cause=f"case:{case.id}",
        data={name: value for name, value in data.items() if value is not None},
    )
