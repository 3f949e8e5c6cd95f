"""Asking a shopper for another card, at most once for each request, with a row that says so before Shopify is asked.

A mail cannot be called back: when Shopify does not answer, it counts as sent for a day, and is told as unknown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.cards.answers import OF_LINK, PASSING, Answer, Why
from shopify_app.cards.models import LINK, MAIL, REFUSED, REQUESTED, SENT, UNKNOWN, CardRequest
from shopify_app.cards.state import Path, path_of
from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify import payment_updates
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import AccessDenied, ServerFault, ShopifyError, Unreachable, UserErrors
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import lock
from shopify_app.shoppers import mirror as shoppers
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

REST = timedelta(days=1)
"""Business time between two mails about one card, whoever asks for them."""
LEASE = timedelta(seconds=60)
LONGEST_ID = 150


def ask(ctx: Context, shop_id: int, contract_gid: str, actor: str, request_id: str) -> Answer:
    """Ask the owner of what pays a subscription to renew it; by what path depends on what it is.

    A card: Shopify mails a link. Shop Pay: the answer holds a link. The same request id asks once and is answered
    alike; a link is fetched anew. Never raises what Shopify may answer: see `Why`. Raises ValueError for a request id
    that is empty or too long.
    """
    if not 0 < len(request_id) <= LONGEST_ID:
        raise ValueError(f"a request id has 1 to {LONGEST_ID} characters")
    with ctx.db.session() as session:
        begun = _begin(session, shop_id, contract_gid, actor, request_id, ctx.clock.now())
    if isinstance(begun, Answer):
        return begun
    gid = begun.method_gid
    if begun.how == MAIL:
        answer = _call(ctx, shop_id, lambda client: payment_updates.send_mail(client, gid), Path.MAIL)
    else:
        answer = _call(ctx, shop_id, lambda client: payment_updates.shop_pay_url(client, gid), Path.SHOP_PAY)
    with ctx.db.session() as session:
        _finish(session, session.get_one(CardRequest, begun.id, with_for_update=True), answer)
    return answer


def why_not(session: Session, contract: Contract, method: PaymentMethod | None, now: datetime) -> Why | None:
    """Return why nobody can be asked about a contract's method now (business time), None when somebody can."""
    if contract.status in mirror.ENDED:
        return Why.ENDED
    if method is None or method.revoked_at is not None:
        return Why.REMOVED
    path = path_of(method)
    if path is Path.ACCOUNT:
        return Why.ELSEWHERE
    return Why.ASKED if path is Path.MAIL and _mailed_since(session, method, now - REST) else None


def state(request: CardRequest) -> str:
    """Return a request's state; UNKNOWN also when whoever asked died before writing down what came of it."""
    is_dead = request.lease_until is None or request.lease_until <= machine_now()
    return UNKNOWN if request.state == REQUESTED and is_dead else request.state


def _begin(
    session: Session, shop_id: int, contract_gid: str, actor: str, request_id: str, now: datetime
) -> CardRequest | Answer:
    contract = mirror.find(session, shop_id, contract_gid)
    if contract is None:
        return Answer(Path.ACCOUNT, Why.GONE)
    method = shoppers.payment_method(session, shop_id, contract.payment_method_gid)
    lock(session, "card", shop_id, contract.payment_method_gid)
    path = path_of(method)
    mine = (CardRequest.shop_id == shop_id, CardRequest.request_id == request_id)
    known = session.scalars(select(CardRequest).where(*mine).with_for_update()).one_or_none()
    if known is not None:
        if known.contract_gid != contract_gid:
            return Answer(path, Why.OTHER_REQUEST)
        if answer := _known(known):
            return answer
        if known.method_gid != contract.payment_method_gid:
            return Answer(path, Why.OTHER_REQUEST)
    if (refused := why_not(session, contract, method, now)) is not None:
        return Answer(path, refused)
    row = known or CardRequest(shop_id=shop_id, request_id=request_id, contract_gid=contract_gid)
    if known is None:
        row.customer_gid, row.method_gid = contract.customer_gid, str(contract.payment_method_gid)
        row.how, row.actor = MAIL if path is Path.MAIL else LINK, actor
        row.asked_at = now
        session.add(row)
    row.state, row.refusal, row.lease_until = REQUESTED, None, machine_now() + LEASE
    session.flush()
    return row


def _known(row: CardRequest) -> Answer | None:
    """What this request id was answered before; None when it may be tried again."""
    path, now_is = Path.MAIL if row.how == MAIL else Path.SHOP_PAY, state(row)
    if now_is == REFUSED:
        why = Why(str(row.refusal))
        return None if why in PASSING else Answer(path, why)
    if row.how == LINK:
        return None
    if now_is == REQUESTED:
        return Answer(path, Why.BUSY)
    return Answer(path, Why.UNKNOWN if now_is == UNKNOWN else None)


def _mailed_since(session: Session, method: PaymentMethod, since: datetime) -> bool:
    """Also what may have been sent counts."""
    query = select(CardRequest.id).where(
        CardRequest.shop_id == method.shop_id,
        CardRequest.method_gid == method.shopify_gid,
        CardRequest.how == MAIL,
        CardRequest.state != REFUSED,
        CardRequest.asked_at > since,
    )
    return session.scalar(query.limit(1)) is not None


def _call(ctx: Context, shop_id: int, call: Callable[[AdminClient], str | None], path: Path) -> Answer:
    try:
        return Answer(path, url=with_client(ctx, shop_id, call))
    except UserErrors as error:
        # what Shopify says may name the customer
        log.warning("no card was asked for", extra={"shop_id": shop_id, "codes": sorted(error.codes)})
        found = [OF_LINK[code] for code in error.codes if code in OF_LINK]
        return Answer(path, found[0] if found else Why.NO_MAIL)
    except AccessDenied:
        return Answer(path, Why.NOT_ALLOWED)
    except (Unreachable, ServerFault) as error:
        log.warning("asking for a card got no answer", extra={"shop_id": shop_id, "error": str(error)})
        return Answer(path, Why.UNKNOWN if path is Path.MAIL else Why.NO_ANSWER)
    except ShopifyError as error:
        log.warning("asking for a card has to wait", extra={"shop_id": shop_id, "error": str(error)})
        return Answer(path, Why.NO_ANSWER)


def _finish(session: Session, row: CardRequest, answer: Answer) -> None:
    is_first = row.state == REQUESTED
    row.lease_until = None
    row.state = SENT if answer.why is None else UNKNOWN if answer.why is Why.UNKNOWN else REFUSED
    row.refusal = None if answer.why in (None, Why.UNKNOWN) else str(answer.why)
    if row.state == REFUSED or not is_first:
        return
    record(
        session,
        row.shop_id,
        key=f"card-asked:{row.id}",
        kind="payment_method.asked",
        occurred_at=row.asked_at,
        contract_gid=row.contract_gid,
        customer_gid=row.customer_gid,
        actor=row.actor,
        data={"how": row.how, "method_gid": row.method_gid, "is_sure": row.state == SENT},
    )
