"""What an action on a whole subscription has to say about itself; `deeds.py` lists them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.kit.db import Json
from shopify_app.web.portal.fields import Body, Text

Values = Mapping[str, Any]

KEY = "Idempotency-Key"
KEY_TEXT = Text(60, shortest=8, pattern=r"^[A-Za-z0-9._\-]*$")
UNDO = Body({"key": KEY_TEXT})
"""What names the deed to be taken back: the key it was done with."""
NO_CHOICE, NO_UNDO, PRICE_CHANGED = "no_choice", "no_undo", "price_changed"


@dataclass(frozen=True)
class Ground:
    """What an edit is built on: the subscription as it stands in our rows, and the shop's time zone.

    `known`: the wish of the edit that this request's key named before. `answer`: what Shopify said to the deed's
    question, or why it said nothing; None when it was not asked.
    """

    session: Session
    standing: Standing
    zone: ZoneInfo
    known: Json | None = None
    answer: Any = None

    @property
    def contract(self) -> Contract:
        return self.standing.contract


@dataclass(frozen=True)
class Choice:
    """A value that a field may have, in words. `price`: of a unit, in the contract's currency; `is_now`: as it is.

    `of`: it goes with this value of the body's first field only.
    """

    value: str
    words: str
    price: Decimal | None = None
    image_url: str | None = None
    is_now: bool = False
    of: str | None = None


Lists = Mapping[str, Sequence[Choice]]


def again(kind: type[Action], known: Json, **asked: object) -> Action | No:
    """Return the very edit that a key named before, at the price of then, whatever is sold or there by now.

    `asked`: what the body chooses, by the names of the edit; OTHER_REQUEST where the key named something else.
    """
    is_same = all(known.get(name) == value for name, value in asked.items())
    return kind(**known) if is_same else No.OTHER_REQUEST


@dataclass(frozen=True)
class Deed:
    """`build` makes the edit of a body that was read, or says why not; Problem for a value that is none of `lists`.

    `question` asks Shopify, with no transaction open, what only Shopify knows for such a body; it raises Problem.

    `rule` is the word of the merchant's rules for it, where it is another than its name.

    `lists` returns the choices of fields whose values depend on the subscription. `probe` returns an edit by which to
    tell whether any is possible, None when there is nothing to choose from.
    """

    name: str
    summary: str
    build: Callable[[Values, Ground], Action | No]
    probe: Callable[[Ground, Lists], Action | No | None]
    body: Body = field(default_factory=lambda: Body({}))
    lists: Callable[[Ground], Lists] = lambda ground: {}
    question: Callable[[Contract, Values], Any] | None = None
    rule: str = ""
