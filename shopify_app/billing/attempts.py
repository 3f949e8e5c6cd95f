"""The call itself: one committed intent, one mutation, and whatever came of it written on the row.

Three things can be known afterwards: Shopify has the attempt, Shopify surely has not, or nobody can say. Only the
second ever frees the key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from shopify_app.billing import ledger, settle, standing
from shopify_app.billing.gates import Refusal
from shopify_app.billing.models import REFUSED, UNKNOWN, WRITTEN, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import CycleSnapshot, Treatment
from shopify_app.gateways.shopify.errors import ServerFault, ShopifyError, Throttled, Unreachable, UserErrors
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

NOT_SENT = "not sent yet"
"""Reason of a written attempt of which Shopify surely knows nothing; anything else is looked up before it is sent."""
UNKNOWN_FIRST_LOOK = timedelta(minutes=1)
REST = timedelta(minutes=5)
"""Machine time before a shop whose token or access is refused is asked again."""


class ShopMustRest(Exception):
    """This shop cannot be asked now (throttled, token refused): leave its other cycles for later. Holds seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Order:
    """What the call needs of a committed intent, as plain values so that no transaction is open during it."""

    attempt_id: int
    shop_id: int
    contract_gid: str
    cycle_index: int
    key: str
    origin_at: datetime
    inventory_policy: str | None = None


def send(ctx: Context, order: Order) -> None:
    """Make the call for a committed intent and write down what came of it. Raises ShopMustRest; the row stays."""
    attempt_id = order.attempt_id
    reach("billing.after_commit_before_call")
    try:
        seen = with_client(
            ctx,
            order.shop_id,
            lambda client: shopify.create(
                client, order.contract_gid, order.cycle_index, order.key, order.origin_at, order.inventory_policy
            ),
        )
    except UserErrors as error:
        _refused_by_shopify(ctx, attempt_id, error)
    except (Unreachable, ServerFault) as error:
        _unknown(ctx, attempt_id, error)
    except ShopifyError as error:
        rest = rest_after(error, order.shop_id)
        _not_sent(ctx, attempt_id, rest.seconds)
        raise rest from error
    else:
        reach("billing.after_call_before_record")
        with ctx.db.session() as session:
            settle.take(session, settle.locked_attempt(session, attempt_id), seen, ctx.clock.now())
        reach("billing.after_record")


def order_of(session: Session, attempt: BillingAttempt) -> Order:
    """Return the order to send this attempt. Commit before it is sent."""
    # from here on nobody can be sure that it was not sent
    attempt.reason = None
    gid = session.get_one(Contract, attempt.contract_id).shopify_gid
    key = attempt.idempotency_key
    cycle = settle.cycle_of(session, attempt)
    policy = cycle.inventory_policy if cycle else None
    return Order(attempt.id, attempt.shop_id, gid, attempt.cycle_index, key, attempt.origin_at, policy)


def _unknown(ctx: Context, attempt_id: int, error: ShopifyError) -> None:
    log.warning(
        "charge without an answer, it will be looked up", extra={"attempt_id": attempt_id, "error": str(error)}
    )
    now = ctx.clock.now()
    with ctx.db.session() as session:
        attempt = settle.locked_attempt(session, attempt_id)
        if attempt.state in (WRITTEN, UNKNOWN):
            attempt.state, attempt.reason = UNKNOWN, type(error).__name__
            attempt.requested_at = attempt.requested_at or now
            attempt.next_read_at, attempt.lease_until = now + UNKNOWN_FIRST_LOOK, None


def _not_sent(ctx: Context, attempt_id: int, seconds: float) -> None:
    """This call was surely not carried out; an earlier one with the same key may have been."""
    with ctx.db.session() as session:
        attempt = settle.locked_attempt(session, attempt_id)
        if attempt.state in (WRITTEN, UNKNOWN):
            never = attempt.requested_at is None
            attempt.state, attempt.reason = (WRITTEN, NOT_SENT) if never else (UNKNOWN, None)
            attempt.next_read_at = ctx.clock.now()
            attempt.lease_until = machine_now() + timedelta(seconds=seconds)


def _refused_by_shopify(ctx: Context, attempt_id: int, error: UserErrors) -> None:
    """Shopify said no at once: this call made no attempt. The row is closed, or kept for the same key.

    Raises ShopMustRest when it is the billing limiter that says no.
    """
    problem = error.errors[0]
    treatment = shopify.treatment(problem.code)
    log.warning("charge refused", extra={"attempt_id": attempt_id, "code": problem.code})
    if treatment is Treatment.LATER_SAME_KEY:
        _not_sent(ctx, attempt_id, standing.THROTTLED_SECONDS)
        raise ShopMustRest(standing.THROTTLED_SECONDS)
    now = ctx.clock.now()
    with ctx.db.session() as session:
        attempt = settle.locked_attempt(session, attempt_id)
        first = attempt.error_code != problem.code
        attempt.error_code, attempt.error_message = problem.code, problem.message
        refusal = standing.refusal_of(problem.code, problem.message, treatment)
        if attempt.requested_at is not None:
            stay_unknown(attempt, refusal, now)
        elif treatment is Treatment.ONCE_MORE and first:
            attempt.state, attempt.reason = WRITTEN, NOT_SENT
            attempt.next_read_at, attempt.lease_until = now + standing.ONCE_MORE, None
        else:
            close_refused(session, attempt, refusal, None, now)


def stay_unknown(attempt: BillingAttempt, refusal: Refusal, now: datetime) -> None:
    """Keep the key of a call that may have been carried out, although it cannot be repeated now.

    Closing the row would free the cycle for a second key. After a day a person decides (`outcomes.GIVE_UP`).
    """
    attempt.state, attempt.reason = UNKNOWN, refusal.words
    attempt.next_read_at, attempt.lease_until = now + standing.HOUR, None


def close_refused(
    session: Session, attempt: BillingAttempt, refusal: Refusal, seen: CycleSnapshot | None, now: datetime
) -> None:
    """Close a locked attempt that was never made, and give its cycle back with the refusal's effect."""
    attempt.state, attempt.reason, attempt.error_code = REFUSED, refusal.words, refusal.code
    attempt.completed_at, attempt.next_read_at, attempt.lease_until = now, None, None
    session.flush()
    cycle = settle.cycle_of(session, attempt)
    contract = session.get_one(Contract, attempt.contract_id)
    if cycle is None:
        return
    cycle.attempted_at = None
    proof = refusal.proof
    if proof and proof.key != attempt.idempotency_key:
        foreign = ledger.write_foreign(session, ledger.due_of_row(session, cycle, contract), contract, proof, now)
        if foreign:
            settle.record_foreign(session, foreign, proof, now)
    standing.apply(session, cycle, contract, refusal, seen, now)


def rest_after(error: ShopifyError, shop_id: int) -> ShopMustRest:
    seconds = error.wait_seconds if isinstance(error, Throttled) else REST.total_seconds()
    if isinstance(error, (Unreachable, ServerFault)):
        seconds = 30.0
    log.warning("shop cannot be asked now", extra={"shop_id": shop_id, "error": str(error), "rest_s": round(seconds)})
    return ShopMustRest(seconds)
