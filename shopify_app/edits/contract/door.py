"""The one way in which a subscription is changed: previewed, asked for once, believed when it is read at Shopify.

Three steps, none of them under an open transaction while Shopify is asked: write down who wants what and keep the
contract from being charged meanwhile · ask · read the contract again and write down what is true.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.edits.contract import requests, standing
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.actions import parse
from shopify_app.edits.contract.answers import Answer, No, by_rule, by_shopify, refused
from shopify_app.edits.contract.picture import Picture
from shopify_app.edits.models import DONE, ContractEdit
from shopify_app.edits.reading import read_again
from shopify_app.edits.rules import hook
from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.gateways.shopify.errors import ServerFault, ShopifyError, Unreachable, UserErrors
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """The subscription as it is and as it would be, and why it cannot be done; None when it can.

    `overridden`: rules for shoppers that a member of staff would go against.
    """

    before: Picture
    after: Picture
    why_not: Answer | None
    overridden: tuple[Forbidden, ...] = ()


def preview(ctx: Context, action: Action, target: Target) -> Preview | None:
    """Return what an action would make of a subscription; None when we know no such subscription. Asks nobody."""
    with ctx.db.session() as session:
        seen = standing.find(session, target.shop_id, target.contract_gid, ctx.clock.now())
        if seen is None:
            return None
        before, why_not = standing.paint(seen), standing.why_not(session, action, seen)
        verdict = hook.FREE if why_not else hook.of_action(session, action, seen, target.actor)
    why_not = by_rule(verdict.forbidden) if verdict.forbidden else why_not
    return Preview(before, before if why_not else action.paint(before), why_not, verdict.overridden)


def carry_out(ctx: Context, action: Action, target: Target, request_id: str, *, takes_back: bool = False) -> Answer:
    """Change a subscription at Shopify and tell the journal. Never raises what Shopify may answer: see `No`.

    The same request id acts once and is answered alike, unless nothing was done (PASSING). `takes_back`: it
    undoes what was allowed just before, see `rules.judge.Case`. Raises ValueError for a request id that is empty or
    too long.
    """
    with ctx.db.session() as session:
        begun = requests.begin(session, action, target, request_id, ctx.clock.now(), takes_back=takes_back)
    if isinstance(begun, Answer):
        return begun
    held_until = begun.lease_until
    try:
        return _ask(ctx, action, target, request_id)
    finally:
        if held_until is not None:
            with ctx.db.session() as session:
                standing.let_go(session, begun.contract_id, held_until)


def _ask(ctx: Context, action: Action, target: Target, request_id: str) -> Answer:
    try:
        with_client(ctx, target.shop_id, lambda client: action.send(client, target.contract_gid))
    except UserErrors as error:
        return _reject(ctx, target, request_id, by_shopify(error))
    except (Unreachable, ServerFault) as error:
        log.warning("edit without an answer", extra={"shop_id": target.shop_id, "error": str(error)})
    except ShopifyError as error:
        log.warning("edit has to wait", extra={"shop_id": target.shop_id, "error": str(error)})
        return _reject(ctx, target, request_id, refused(No.NO_ANSWER))
    return confirm(ctx, action, target, request_id) or refused(No.NOT_SEEN)


def confirm(ctx: Context, action: Action, target: Target, request_id: str, *, is_last: bool = False) -> Answer | None:
    """Read the contract again and finish the edit if it is true there; None when it stays open.

    `is_last`: what is not true by now was not done, and is told so.
    """
    if not read_again(ctx, target.shop_id, target.contract_gid):
        return None
    now = ctx.clock.now()
    with ctx.db.session() as session:
        edit, contract = requests.locked(session, target.shop_id, target.contract_gid, request_id)
        if contract is None:
            return None
        if action.is_true(contract, edit.before):
            return requests.done(session, edit, contract, action, now)
        return requests.rejected(session, edit, contract, refused(No.NOT_DONE), now) if is_last else None


def _reject(ctx: Context, target: Target, request_id: str, answer: Answer) -> Answer:
    """Nothing was changed. What Shopify knows better than we (its refusal shows it) is read again."""
    if answer.refusal is not No.NO_ANSWER:
        read_again(ctx, target.shop_id, target.contract_gid)
    now = ctx.clock.now()
    with ctx.db.session() as session:
        edit, contract = requests.locked(session, target.shop_id, target.contract_gid, request_id)
        if contract is None:
            return answer
        if answer.refusal is No.FUTURE_EDITS:
            answer = standing.future_edits(session, standing.look(session, contract, now)) or answer
        return requests.rejected(session, edit, contract, answer, now)


def undo(ctx: Context, target: Target, request_id: str) -> Action | None:
    """Return what takes a finished edit of this subscription back; None when nothing does, or it is another's."""
    with ctx.db.session() as session:
        return undoing(session, target, request_id)


def undoing(session: Session, target: Target, request_id: str) -> Action | None:
    """Return the same within a transaction."""
    contract = mirror.find(session, target.shop_id, target.contract_gid)
    edit = session.get(ContractEdit, (target.shop_id, request_id))
    if contract is None or edit is None or edit.contract_id != contract.id or edit.state != DONE:
        return None
    return parse(edit.action, edit.wish).undo(edit.before)
