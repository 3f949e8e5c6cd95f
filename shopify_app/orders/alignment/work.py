"""Brings one paid order into line: reads it, takes one step, reads it again, until nothing is left to do.

Nothing is believed but what is read: a call whose answer was lost is seen in the order, or is made again. A hold of
ours stays known by its handle, so a row that is not over yet is all that is needed to release it one day.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import fulfillment_orders, order_edits
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import AccessDenied, ShopifyError, UserErrors
from shopify_app.gateways.shopify.order_edits import OrderToShip
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.orders.alignment import telling
from shopify_app.orders.alignment.models import OPEN_STATES, OrderAlignment
from shopify_app.orders.alignment.steps import Edit, End, Hold, Release, Step, following, ours
from shopify_app.orders.alignment.wishes import Why, Wish, parse
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

MOST_STEPS = 60
"""An order has twenty fulfillment orders at most here: each is held and released once, between two edits."""
LATER, LATEST = timedelta(seconds=30), timedelta(hours=1)
"""Machine time before what got no answer is asked again: twice as long each time, and at most."""
PATIENCE = 8
"""Tries without an answer after which a person is called. It is tried on."""
FORBIDDEN = 30
"""Tries (a day or so) after which an order that was never seen held, and may not be read, is left to its task."""
MOST_EDITS = 4
"""Times that a change is asked for: what is not seen then is not seen ever, and the order is not held up for it."""
THERE_ALREADY = "DUPLICATE_FULFILLMENT_HOLD_HANDLE"


def carry_out(ctx: Context, row_id: int) -> None:
    """Take the steps that are left for a row whose lease is ours; what cannot be asked now waits for another try."""
    try:
        for _ in range(MOST_STEPS):
            if not _step(ctx, row_id):
                return
        _later(ctx, row_id)
    except AccessDenied as error:
        log.warning("a paid order may not be changed", extra={"alignment": row_id, "error": str(error)})
        _end_denied(ctx, row_id)
    except ShopifyError as error:
        log.warning("a paid order has to wait", extra={"alignment": row_id, "error": str(error)})
        _later(ctx, row_id)
    except Exception:
        # one bad row must not keep the others from being released
        log.exception("a paid order could not be brought into line", extra={"alignment": row_id})
        _later(ctx, row_id)


def _step(ctx: Context, row_id: int) -> bool:
    """Read and take one step; answers whether there may be another."""
    with ctx.db.session() as session:
        row = session.get_one(OrderAlignment, row_id)
        shop_id, order_gid = row.shop_id, row.order_gid
    seen = with_client(ctx, shop_id, lambda client: order_edits.read(client, order_gid))
    with ctx.db.session() as session:
        decided = _decide(session, _locked(session, row_id), seen, ctx)
    if decided is None:
        return False
    step, wish, handle = decided
    reach("alignment.after_look_before_call")
    try:
        with_client(ctx, shop_id, lambda client: _call(client, step, wish, seen, handle))
    except UserErrors as error:
        if THERE_ALREADY not in error.codes:
            _note_refusal(ctx, row_id, step, error)
            if isinstance(step, Release):
                _later(ctx, row_id)  # it cannot be left undone, and asking at once again helps nobody
                return False
    except AccessDenied:
        if isinstance(step, Release):
            raise  # the hold cannot be taken off by us any more
        _note_trouble(ctx, row_id, Why.NOT_GRANTED)
    reach("alignment.after_call_before_look")
    return True


def _decide(
    session: Session, row: OrderAlignment, seen: OrderToShip | None, ctx: Context
) -> tuple[Step, Wish | None, str] | None:
    """Write down what was read, and return what to call; None when the row is over or has to wait."""
    if row.state not in OPEN_STATES:
        return None
    now, trouble = ctx.clock.now(), Why(row.trouble) if row.trouble else None
    try:
        wish = parse(row.kind, row.wish) if row.wish is not None else None
    except (KeyError, TypeError):
        wish, trouble = None, Why.OTHER_VERSION
    step = following(wish, seen, row.handle, row.contract_gid, trouble)
    if isinstance(step, Edit) and row.edits_sent >= MOST_EDITS:
        row.trouble = trouble = Why.UNSEEN
        step = following(wish, seen, row.handle, row.contract_gid, trouble)
    telling.note(session, row, wish, seen, bool(ours(seen, row.handle)), now)
    if isinstance(step, End):
        if step.why is Why.NOT_ROUTED and row.tries < PATIENCE:
            _rest(row)
            return None
        why = trouble if wish is None and trouble else step.why
        telling.finish(session, row, seen, why, now, is_task=step.is_task or (wish is None and trouble is not None))
        return None
    if isinstance(step, Edit):
        row.edits_sent += 1
        if row.edit_sent_at is None:
            row.edit_sent_at, row.before = now, telling.picture(row, wish, seen)
    return step, wish, row.handle


def _call(client: AdminClient, step: Step, wish: Wish | None, seen: OrderToShip | None, handle: str) -> None:
    if isinstance(step, Release):
        fulfillment_orders.release(client, step.shipment, step.holds)
    elif isinstance(step, Hold) and wish is not None and wish.hold_reason is not None:
        fulfillment_orders.hold(client, step.shipment, wish.hold_reason, wish.hold_notes, handle)
    elif isinstance(step, Edit) and wish is not None and seen is not None:
        wish.send(client, seen)


def _note_refusal(ctx: Context, row_id: int, step: Step, error: UserErrors) -> None:
    """Shopify refused: a hold or a change is not tried for ever; a release is, as it cannot be left undone."""
    fields = sorted({".".join(each.field) for each in error.errors})
    # what Shopify says may name the customer
    log.warning("Shopify refused a step", extra={"alignment": row_id, "codes": sorted(error.codes), "fields": fields})
    with ctx.db.session() as session:
        row = _locked(session, row_id)
        if isinstance(step, Release):
            return
        row.tries += 1
        if row.tries > 1:
            row.trouble = Why.REFUSED if isinstance(step, Edit) else Why.NO_HOLD


def _note_trouble(ctx: Context, row_id: int, why: Why) -> None:
    with ctx.db.session() as session:
        _locked(session, row_id).trouble = why


def _end_denied(ctx: Context, row_id: int) -> None:
    with ctx.db.session() as session:
        row = _locked(session, row_id)
        if row.state not in OPEN_STATES:
            return
        if row.held_at is None and row.tries >= FORBIDDEN:
            telling.finish(session, row, None, Why.NOT_GRANTED, ctx.clock.now(), is_task=True)
            return
        # a hold of ours may lie on it, seen or not, and a shop that is locked or frozen comes back: we try on
        telling.call(session, row, Why.NOT_GRANTED, ctx.clock.now())
        _rest(row)


def _later(ctx: Context, row_id: int) -> None:
    with ctx.db.session() as session:
        row = _locked(session, row_id)
        if row.state not in OPEN_STATES:
            return
        _rest(row)
        if row.tries >= PATIENCE:
            telling.call(session, row, Why.SILENT, ctx.clock.now())


def _rest(row: OrderAlignment) -> None:
    row.lease_until = machine_now() + min(LATER * 2 ** min(row.tries, 10), LATEST)
    row.tries += 1


def _locked(session: Session, row_id: int) -> OrderAlignment:
    return session.get_one(OrderAlignment, row_id, with_for_update=True, populate_existing=True)
