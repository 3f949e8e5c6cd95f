"""*Order now*: the next order's date becomes today, and it is charged like any other: same ledger, same gates.

Where the charge fails, the date stays, and the failure is handled as any. Whoever dies in between leaves a date of
today, which is charged when its hour comes.
"""

from __future__ import annotations

from shopify_app.billing import by_hand
from shopify_app.context import Context
from shopify_app.edits import door, order_now
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.edits.change import Standing, Target
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop

TODAY = N_("The date is today.")


def carry_out(ctx: Context, target: Target, request_id: str | None = None) -> Answer:
    """Move a cycle to today and charge it. Done means: the date is today; `words` say how the charge went.

    The same request id moves and charges once. Raises ValueError for one that is empty or too long.
    """
    with ctx.db.session() as session:
        standing = door.look(session, target, ctx.clock.now())
        shop = session.get_one(Shop, target.shop_id)
    problem = why_not(standing, shop) if standing else None
    if problem:
        return problem
    answer = door.carry_out(ctx, order_now.at(ctx.clock.now()), target, request_id)
    return _charge(ctx, target, answer) if answer.is_done else answer


def why_not(standing: Standing, shop: Shop) -> Answer | None:
    """Return why a cycle cannot be ordered now, None when it can. Pure."""
    refusal = order_now.at(standing.now).why_not(standing)
    if refusal:
        # a cycle that was tried is either this very request's, or the door says so
        return None if refusal is Refusal.TRIED else refused(refusal)
    problem = by_hand.why_never(standing.contract, standing.cycle, shop)
    return refused(Refusal.WAITS, problem) if problem else None


def _charge(ctx: Context, target: Target, answer: Answer) -> Answer:
    with ctx.db.session() as session:
        standing = door.look(session, target, ctx.clock.now())
        if standing is None or standing.cycle.attempted_at is not None:
            return answer  # the same request, or the clock, was faster
        if standing.contract.parked_reason or standing.cycle.parked_reason:
            return answer  # parked meanwhile: whoever asks for an order does not release it
        number = by_hand.next_number(session, standing.contract, target.index)
    charged = by_hand.charge_now(ctx, target.shop_id, target.contract_gid, target.index, number, target.actor)
    if charged.is_done:
        return Answer(True, f"{answer.words}. {charged.words}")
    return Answer(True, f"{TODAY} {charged.words}")
