"""What a shopper may do with a whole subscription: a table of actions, one entry each.

An entry says what the request's body holds, which edit it makes, and what there is to choose from. The document, the
routes and the options are made of this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.statuses import REASONS, Cancel, Pause, Reactivate, Resume
from shopify_app.web.portal.fields import Body, Day, Text, Word

Values = Mapping[str, Any]

KEY = "Idempotency-Key"
KEY_TEXT = Text(60, shortest=8, pattern=r"^[A-Za-z0-9._\-]*$")
UNDO = Body({"key": KEY_TEXT})
"""What names the deed to be taken back: the key it was done with."""
NO_CHOICE, NO_UNDO = "no_choice", "no_undo"


@dataclass(frozen=True)
class Ground:
    """What an edit is built on: the subscription as it stands in our rows, and the shop's time zone."""

    session: Session
    standing: Standing
    zone: ZoneInfo


@dataclass(frozen=True)
class Choice:
    """A value that a field may have, in words. `price`: in the contract's currency; `is_now`: as it is."""

    value: str
    words: str
    price: Decimal | None = None
    image_url: str | None = None
    is_now: bool = False


Lists = Mapping[str, Sequence[Choice]]


@dataclass(frozen=True)
class Deed:
    """`build` makes the edit of a body that was read.

    `lists` returns the choices of fields whose values depend on the subscription. `probe` returns an edit by which to
    tell whether any is possible, None when there is nothing to choose from.
    """

    name: str
    summary: str
    build: Callable[[Values, Ground], Action]
    probe: Callable[[Ground, Lists], Action | None]
    body: Body = field(default_factory=lambda: Body({}))
    lists: Callable[[Ground], Lists] = lambda ground: {}


def _pause(values: Values, ground: Ground) -> Action:
    return Pause(_midnight(values["until"], ground.zone).isoformat() if values["until"] else None)


def _cancel(values: Values, ground: Ground) -> Action:
    return Cancel(values["reason"], values["comment"] or "")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


_ALL = (
    Deed(
        "pause",
        "Pause, until the begin of a day or until it is resumed",
        _pause,
        lambda ground, lists: Pause(),
        Body({"until": Day(needed=False)}),
    ),
    Deed("resume", "Resume after a pause", lambda values, ground: Resume(), lambda ground, lists: Resume()),
    Deed(
        "reactivate",
        "Let a subscription go on that failed",
        lambda values, ground: Reactivate(),
        lambda ground, lists: Reactivate(),
    ),
    Deed(
        "cancel",
        "End it for good",
        _cancel,
        lambda ground, lists: Cancel("other"),
        Body({"reason": Word(tuple(REASONS)), "comment": Text(500, needed=False)}),
    ),
)
DEEDS = {deed.name: deed for deed in _ALL}
"""Each action by its name in addresses."""
