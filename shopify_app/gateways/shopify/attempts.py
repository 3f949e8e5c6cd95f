"""Billing attempts: ask for one, read it again, and see a cycle before charging it.

An attempt is asynchronous: the first answer is normally pending, the outcome comes by webhook or by reading
again. Reusing an idempotency key returns the original attempt, even a failed one (Shopify docs: billing
attempts), so a key names one try and is never used for another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ServerFault

PENDING, SUCCESS, FAILED, CHALLENGED = "pending", "success", "failed", "challenged"

_STATES = {
    "SubscriptionBillingAttemptPendingState": PENDING,
    "SubscriptionBillingAttemptSuccessState": SUCCESS,
    "SubscriptionBillingAttemptFailedState": FAILED,
    "SubscriptionBillingAttemptActionRequiredState": CHALLENGED,
}


@dataclass(frozen=True)
class AttemptSnapshot:
    """An attempt as Shopify told it. Order fields are None when it is not paid, or the order was deleted since."""

    gid: str
    key: str
    state: str
    created_at: datetime | None = None
    completed_at: datetime | None = None
    order_gid: str | None = None
    order_name: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    next_action_url: str | None = None


@dataclass(frozen=True)
class CycleSnapshot:
    """A cycle and its newest attempts, whoever asked for them, with the contract's status beside it.

    `contract_status` is None when Shopify no longer knows the contract; `status` is BILLED or UNBILLED, or None when
    it no longer knows the cycle. `contract_attempts` are the contract's newest, of whichever cycle or of none.
    """

    contract_status: str | None
    index: int
    status: str | None = None
    skipped: bool = False
    expected_at: datetime | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    attempts: tuple[AttemptSnapshot, ...] = field(default=())
    contract_attempts: tuple[AttemptSnapshot, ...] = field(default=())

    def attempt_with(self, key: str) -> AttemptSnapshot | None:
        """Return the attempt made with this idempotency key."""
        return next((attempt for attempt in self.attempts if attempt.key == key), None)


class Treatment(Enum):
    """What a synchronous refusal of `subscriptionBillingAttemptCreate` means for us. No attempt was created."""

    LATER_SAME_KEY = "wait a little and send the same again"
    ONCE_MORE = "send the same once more, then ask a person"
    TOO_EARLY = "wait for the cycle's expected date"
    RESYNC = "our picture of the contract is old: stop until the mirror has read it again"
    DAILY = "try again tomorrow, and tell the merchant"
    OUR_BUG = "we asked for something impossible: a person must look"


TREATMENTS = {
    # a limiter of its own, apart from query cost
    "THROTTLED": Treatment.LATER_SAME_KEY,
    # more than 24 hours before billingAttemptExpectedDate
    "BILLING_CYCLE_CHARGE_BEFORE_EXPECTED_DATE": Treatment.TOO_EARLY,
    "BILLING_CYCLE_SKIPPED": Treatment.RESYNC,
    "CONTRACT_PAUSED": Treatment.RESYNC,
    "CONTRACT_TERMINATED": Treatment.RESYNC,
    "CONTRACT_NOT_FOUND": Treatment.RESYNC,
    "CYCLE_INDEX_OUT_OF_RANGE": Treatment.RESYNC,
    "CYCLE_START_DATE_OUT_OF_RANGE": Treatment.RESYNC,
    "UPCOMING_CYCLE_LIMIT_EXCEEDED": Treatment.RESYNC,
    # the origin order is high-risk and not fulfilled yet
    "CONTRACT_UNDER_REVIEW": Treatment.DAILY,
    "ORIGIN_TIME_BEFORE_CONTRACT_CREATION": Treatment.OUR_BUG,
    "ORIGIN_TIME_OUT_OF_RANGE": Treatment.OUR_BUG,
    "BLANK": Treatment.OUR_BUG,
    "INVALID": Treatment.OUR_BUG,
    "PROCESSING_FAILED": Treatment.ONCE_MORE,
}
"""Every BillingAttemptUserErrorCode (schema 2026-10). The treatments are our judgement."""


def treatment(code: str) -> Treatment:
    """Return how to treat a userError code; one that is newer than this table asks a person."""
    return TREATMENTS.get(code, Treatment.OUR_BUG)


ALLOW_OVERSELLING = "ALLOW_OVERSELLING"
"""SubscriptionBillingAttemptInventoryPolicy (schema 2026-10): charge though the variants' own policy would refuse."""


def create(
    client: AdminClient,
    contract_gid: str,
    cycle_index: int,
    key: str,
    origin_at: datetime,
    inventory_policy: str | None = None,
) -> AttemptSnapshot:
    """Ask Shopify to charge one cycle. The only call of this program that moves money; sent once, never retried here.

    The cycle is always named: the default ("current cycle") drifts at cycle boundaries. `origin_at` anchors the
    fulfillment intervals and must lie inside the cycle (schema 2026-10: ORIGIN_TIME_OUT_OF_RANGE).
    `inventory_policy`: None for the variants' own.
    Raises UserErrors (no attempt was created), Unreachable or ServerFault (it may have been), Throttled,
    TokenRefused, AccessDenied or BadRequest (it was not).
    """
    variables = {
        "contract": contract_gid,
        "input": {
            "idempotencyKey": key,
            "originTime": origin_at.isoformat(),
            "billingCycleSelector": {"index": cycle_index},
        }
        | ({"inventoryPolicy": inventory_policy} if inventory_policy else {}),
    }
    payload = client.mutate("AttemptCreate", variables, "subscriptionBillingAttemptCreate")
    if not payload.get("subscriptionBillingAttempt"):
        raise ServerFault("AttemptCreate: neither an attempt nor an error")
    return _attempt(payload["subscriptionBillingAttempt"])


def read(client: AdminClient, gid: str) -> AttemptSnapshot | None:
    """Return an attempt as it is now, or None when Shopify does not know it."""
    found = client.run("AttemptRead", {"id": gid}, patience=5).data.get("subscriptionBillingAttempt")
    return _attempt(found) if found else None


def check_cycle(client: AdminClient, contract_gid: str, cycle_index: int) -> CycleSnapshot:
    """Re-read contract and cycle before a charge, in one query of at most 15 points.

    The attempts carry id, key and state only, those of the contract not even a state (it reads as pending); four are
    enough to see one in flight or paid.
    """
    return _cycle(client, "CycleCheck", contract_gid, cycle_index)


def cycle_attempts(client: AdminClient, contract_gid: str, cycle_index: int) -> CycleSnapshot:
    """Like `check_cycle`, with up to 25 attempts in full, and ten of the contract: to find one by its key."""
    return _cycle(client, "CycleAttempts", contract_gid, cycle_index)


def _cycle(client: AdminClient, operation: str, contract_gid: str, cycle_index: int) -> CycleSnapshot:
    data = client.run(operation, {"contract": contract_gid, "index": cycle_index}, patience=5).data
    contract, cycle = data.get("subscriptionContract"), data.get("subscriptionBillingCycle")
    status = str(contract["status"]) if contract else None
    listed = tuple(_attempt(node) for node in contract["billingAttempts"]["nodes"]) if contract else ()
    if not cycle:
        return CycleSnapshot(status, cycle_index, contract_attempts=listed)
    return CycleSnapshot(
        contract_status=status,
        index=int(cycle["cycleIndex"]),
        status=str(cycle["status"]),
        skipped=bool(cycle["skipped"]),
        expected_at=_instant(cycle["billingAttemptExpectedDate"]),
        start_at=_instant(cycle["cycleStartAt"]),
        end_at=_instant(cycle["cycleEndAt"]),
        attempts=tuple(_attempt(node) for node in cycle["billingAttempts"]["nodes"]),
        contract_attempts=listed,
    )


def _attempt(node: dict[str, Any]) -> AttemptSnapshot:
    state = node.get("state") or {}
    order, error = state.get("order") or {}, state.get("error") or {}
    money = (order.get("totalPriceSet") or {}).get("presentmentMoney") or {}
    return AttemptSnapshot(
        gid=str(node["id"]),
        key=str(node["idempotencyKey"]),
        # a state newer than this program is not final for us: it is read again
        state=_STATES.get(str(state.get("__typename")), PENDING),
        created_at=_instant(node.get("createdAt")),
        completed_at=_instant(node.get("completedAt")),
        order_gid=order.get("id"),
        order_name=order.get("name"),
        amount=Decimal(str(money["amount"])) if money else None,
        currency=money.get("currencyCode"),
        error_code=_error_code(error),
        error_message=error.get("message"),
        next_action_url=(state.get("action") or {}).get("nextActionUrl"),
    )


def _error_code(error: dict[str, Any]) -> str | None:
    code = error.get("paymentCode") or error.get("inventoryCode") or error.get("generalCode")
    if code:
        return str(code)
    return "UNEXPECTED_ERROR" if error else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
