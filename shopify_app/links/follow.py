"""Following a link: what it would do (`look`, changes nothing), and doing it (`act`, once)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.calendar import later
from shopify_app.edits import door
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.edits.move import Moving
from shopify_app.edits.rules import hook
from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.edits.skip import Skipping
from shopify_app.kit.clock import machine_now
from shopify_app.links.models import LinkUse
from shopify_app.links.urls import ACCOUNT
from shopify_app.links.wish import DELAYS, MOVE_TO, SKIP, UNSKIP, Wish
from shopify_app.shops.models import Shop

ACTOR = "link"


class State(StrEnum):
    """What a link's page has to say."""

    ASK = "ask"
    AGAIN = "again"  # an earlier try did not get through
    MOVED_ON = "moved_on"  # the order is no longer as the page said when it was opened
    DONE = "done"
    ALREADY = "already"
    USED = "used"
    EXPIRED = "expired"
    REFUSED = "refused"
    ACCOUNT = "account"
    UNKNOWN = "unknown"


ASKING = frozenset({State.ASK, State.AGAIN, State.MOVED_ON})


@dataclass(frozen=True)
class Found:
    """A link as it stands. `was_at` and `to_at`: the charge's date before and, for a move, after.

    `until`: when it ends, with its own time or with the shop's cutoff. `rule`: which one a RULE is about.
    """

    wish: Wish
    shop: Shop
    standing: Standing
    state: State
    was_at: datetime
    to_at: datetime | None
    until: datetime
    refusal: Refusal | None = None
    rule: Forbidden | None = None

    @property
    def undo(self) -> Wish | None:
        """What takes a deed back, as long as the order can still be changed."""
        if self.state not in (State.DONE, State.ALREADY) or self.until <= self.standing.now:
            return None
        if self.wish.action in (SKIP, UNSKIP):
            return self.wish.other(UNSKIP if self.wish.action == SKIP else SKIP)
        return self.wish.other(MOVE_TO, self.was_at) if self.was_at != self.to_at else None


def look(ctx: Context, wish: Wish) -> Found | None:
    """Say what a link would do. Changes nothing; asks Shopify only when an earlier press left doubt.

    None when there is no such order here.
    """
    found = _find(ctx, wish)
    if found is None or found.state is not State.AGAIN:
        return found
    # whoever pressed it first may have died between asking Shopify and hearing the answer
    return _find(ctx, wish) if door.read_again(ctx, _target(wish)) else replace(found, state=State.UNKNOWN)


def act(ctx: Context, wish: Wish, shown_at: datetime | None) -> Found | None:
    """Do what the link says, once. `shown_at`: the charge's date on the page that was pressed."""
    found = look(ctx, wish)
    if found is None or found.state not in ASKING:
        return found
    if shown_at != found.was_at:
        return replace(found, state=State.MOVED_ON)
    if not _claim(ctx, found):
        return _find(ctx, wish)
    answer = door.carry_out(ctx, _change(wish, found.to_at), _target(wish))
    is_done = answer.is_done or answer.refusal is Refusal.ALREADY
    _finish(ctx, wish, is_done)
    return _after(found, answer, is_done)


def _after(found: Found, answer: Answer, is_done: bool) -> Found:
    if is_done:
        return replace(found, state=State.DONE)
    return replace(found, state=State.REFUSED, refusal=answer.refusal, rule=answer.rule)


def _find(ctx: Context, wish: Wish) -> Found | None:
    now = ctx.clock.now()
    with ctx.db.session() as session:
        shop = session.get(Shop, wish.shop_id)
        standing = door.look(session, _target(wish), now) if shop and shop.is_installed else None
        if shop is None or standing is None:
            return None
        use = session.get(LinkUse, (shop.id, wish.nonce))
        _load_lines(standing)
        return _judge(session, wish, shop, standing, use)


def _load_lines(standing: Standing) -> None:
    """Read what the page shows while there is a session."""
    standing.contract.lines  # noqa: B018


def _judge(session: Session, wish: Wish, shop: Shop, standing: Standing, use: LinkUse | None) -> Found:
    was_at = use.was_at if use else standing.cycle.expected_at
    to_at = use.to_at if use else _goal(wish, standing, shop)
    cutoff_at = hook.cutoff_at(session, standing.contract, standing.cycle, standing.now)
    found = Found(wish, shop, standing, State.ASK, was_at, to_at, min(wish.expires_at, cutoff_at))
    change = _change(wish, to_at)
    if shop.mail_links == ACCOUNT:
        return replace(found, state=State.ACCOUNT)
    if change.is_true(standing.cycle):
        return replace(found, state=State.ALREADY)
    if standing.now >= wish.expires_at:
        return replace(found, state=State.EXPIRED)
    if use and use.done_at:
        return replace(found, state=State.USED)
    refusal = _refusal(session, change, standing, use)
    if refusal:
        return replace(found, state=State.REFUSED, refusal=refusal)
    rule = hook.of_change(session, change, standing, ACTOR).forbidden
    if rule:
        return replace(found, state=State.REFUSED, refusal=Refusal.RULE, rule=rule)
    return replace(found, state=State.AGAIN if use else State.ASK)


def _refusal(session: Session, change: Change, standing: Standing, use: LinkUse | None) -> Refusal | None:
    if use and use.lease_until and use.lease_until > machine_now():
        return Refusal.BUSY
    refusal = change.why_not(standing)
    return refusal or (Refusal.CHARGING if door.is_charging(session, standing.cycle) else None)


def _goal(wish: Wish, standing: Standing, shop: Shop) -> datetime | None:
    if wish.action in DELAYS:
        return later(standing.cycle.expected_at, DELAYS[wish.action], shop.zone)
    return wish.to


def _change(wish: Wish, to_at: datetime | None) -> Change:
    return Moving(to_at) if to_at else Skipping(wish.action == SKIP)


def _target(wish: Wish) -> Target:
    return Target(wish.shop_id, wish.contract_gid, wish.cycle_index, ACTOR)


def _claim(ctx: Context, found: Found) -> bool:
    """Use the link up before anything happens, and commit: of two presses one goes on."""
    moment = machine_now()
    values = {
        "shop_id": found.shop.id,
        "nonce": found.wish.nonce,
        "contract_id": found.standing.contract.id,
        "cycle_index": found.wish.cycle_index,
        "action": found.wish.action,
        "was_at": found.was_at,
        "to_at": found.to_at,
        "used_at": found.standing.now,
        "lease_until": moment + door.LEASE,
    }
    is_free = LinkUse.done_at.is_(None) & or_(LinkUse.lease_until.is_(None), LinkUse.lease_until <= moment)
    claim = insert(LinkUse).values(**values)
    claim = claim.on_conflict_do_update(
        index_elements=["shop_id", "nonce"], set_={"lease_until": values["lease_until"]}, where=is_free
    )
    with ctx.db.session() as session:
        return session.scalar(claim.returning(LinkUse.nonce)) is not None


def _finish(ctx: Context, wish: Wish, is_done: bool) -> None:
    """A link that changed nothing may be tried again."""
    with ctx.db.session() as session:
        use = session.get_one(LinkUse, (wish.shop_id, wish.nonce))
        use.lease_until = None
        use.done_at = ctx.clock.now() if is_done else None
