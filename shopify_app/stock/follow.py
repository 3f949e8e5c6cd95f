"""Following a link that chooses: how the decision stands (`look`, changes nothing), and choosing (`act`).

A choice is no deed yet: it may be replaced until its time comes, so such a link works until then, however often. A
page that shows another choice than the one that stands meanwhile replaces nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.dialects.postgresql import insert

from shopify_app.context import Context
from shopify_app.edits.answers import Refusal
from shopify_app.links.follow import ACTOR
from shopify_app.links.models import LinkUse
from shopify_app.links.urls import ACCOUNT
from shopify_app.links.wish import CHOICES, Wish
from shopify_app.shops.models import Shop
from shopify_app.stock import queries
from shopify_app.stock.choose import choose
from shopify_app.stock.seen import OPEN, Seen, see

ACTIONS = {word: action for action, word in CHOICES.items()}


class State(StrEnum):
    """What a choice's page has to say."""

    ASK = "ask"
    MOVED_ON = "moved_on"  # another choice was made since the page was opened
    DONE = "done"
    ALREADY = "already"
    DECIDED = "decided"  # it is done already, or nothing is missing any more
    LATE = "late"
    NOT_OFFERED = "not_offered"
    REFUSED = "refused"
    ACCOUNT = "account"


CHOOSING = frozenset({State.ASK, State.MOVED_ON, State.DONE, State.ALREADY, State.NOT_OFFERED})
"""States in which something can be chosen."""


@dataclass(frozen=True)
class Found:
    """A link as it stands. `refusal`: why a REFUSED choice was not noted."""

    wish: Wish
    shop: Shop
    seen: Seen
    state: State
    refusal: Refusal | None = None

    @property
    def word(self) -> str:
        """What the link chooses."""
        return CHOICES[self.wish.action]

    @property
    def shown(self) -> str:
        """The choice that stands, "" for none yet: a press must know it."""
        return self.seen.decision.choice or ""

    @property
    def others(self) -> list[Wish]:
        """Links to the choices that are neither this one nor the one that stands, as long as this is."""
        if self.state not in CHOOSING:
            return []
        words = (word for word in self.seen.decision.options if word not in (self.word, self.shown))
        return [self.wish.other(ACTIONS[word]) for word in words if word in ACTIONS]


def look(ctx: Context, wish: Wish) -> Found | None:
    """Say how the decision stands. None when there is no such decision about this order here."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        shop = session.get(Shop, wish.shop_id)
        decision = queries.decision(session, wish.shop_id, wish.decision)
        if shop is None or not shop.is_installed or decision is None:
            return None
        seen = see(session, decision)
    if (seen.contract.shopify_gid, decision.cycle_index) != (wish.contract_gid, wish.cycle_index):
        return None
    found = Found(wish, shop, seen, State.ASK)
    if shop.mail_links == ACCOUNT:
        return replace(found, state=State.ACCOUNT)
    if decision.state not in OPEN or decision.ended_at is not None:
        return replace(found, state=State.DECIDED)
    if not seen.is_open(now):
        return replace(found, state=State.LATE)
    if found.word == decision.choice:
        return replace(found, state=State.ALREADY)
    return found if found.word in decision.options else replace(found, state=State.NOT_OFFERED)


def act(ctx: Context, wish: Wish, shown: str) -> Found | None:
    """Choose. `shown`: the choice that stood on the page that was pressed, "" for none."""
    found = look(ctx, wish)
    if found is None or found.state is not State.ASK:
        return found
    if shown != found.shown:
        return replace(found, state=State.MOVED_ON)
    try:
        answer = choose(ctx, wish.shop_id, wish.decision, found.word, ACTOR)
    except ValueError:  # the shop took it back between the look and now
        return replace(found, state=State.NOT_OFFERED)
    if not answer.is_done:
        return replace(found, state=State.REFUSED, refusal=answer.refusal)
    _note_use(ctx, found)
    after = look(ctx, wish)
    return after and replace(after, state=State.DONE)


def _note_use(ctx: Context, found: Found) -> None:
    now, decision = ctx.clock.now(), found.seen.decision
    values = {
        "shop_id": found.shop.id,
        "nonce": found.wish.nonce,
        "contract_id": decision.contract_id,
        "cycle_index": decision.cycle_index,
        "action": found.wish.action,
        "was_at": decision.charge_at,
        "used_at": now,
        "done_at": now,
    }
    use, again = insert(LinkUse).values(**values), {"used_at": now, "done_at": now}
    with ctx.db.session() as session:
        session.execute(use.on_conflict_do_update(index_elements=["shop_id", "nonce"], set_=again))
