"""What a deed with one date's order says of itself; `date_deeds.py` lists all but skipping and moving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import contents as order
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import contents, door
from shopify_app.edits.answers import Answer
from shopify_app.edits.change import Change, Target
from shopify_app.kit.db import Json
from shopify_app.web.portal.deed import Lists, Values
from shopify_app.web.portal.fields import Body
from shopify_app.web.portal.rows import Coming

NOT_NEXT, HAS_ITEM = "not_next", "order_has_item"


@dataclass(frozen=True)
class DateGround:
    """What an edit of one date is built on: the date as it stands in our rows, and the shop's time zone."""

    coming: Coming
    zone: ZoneInfo

    @property
    def contract(self) -> Contract:
        return self.coming.standing.contract

    @property
    def cycle(self) -> BillingCycle:
        return self.coming.cycle

    @property
    def seen(self) -> Json:
        """What the order holds, see `contents.picture`."""
        return contents.picture(order.of(self.contract, self.cycle), self.contract.currency)


def through_the_door(ctx: Context, change: Change, target: Target, request_id: str) -> Answer:
    """Carry a change out like any other."""
    return door.carry_out(ctx, change, target, request_id)


@dataclass(frozen=True)
class DateDeed:
    """`build` makes the edit of a body that was read, or says why not; `probe` any such edit, to tell if one can be.

    `change` is the edit's name in rows and rules. `asks_alike` answers whether a body asks for what the wish of a row
    under the same key asked for: then the very same edit goes on. `lists` are the choices of fields whose values
    depend on the order.
    """

    name: str
    summary: str
    build: Callable[[Values, DateGround, Session], Change | str]
    probe: Callable[[DateGround], Change | str]
    change: str
    asks_alike: Callable[[Values, Json], bool] = lambda values, wish: True
    body: Body = field(default_factory=lambda: Body({}))
    lists: Callable[[DateGround, Session], Lists] = lambda ground, session: {}
    do: Callable[[Context, Change, Target, str], Answer] = through_the_door
