"""What a request wants to be done: the address names the action, the body says where to. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from shopify_app.edits.change import Change
from shopify_app.edits.skip import Skipping
from shopify_app.web.portal import offers
from shopify_app.web.portal.offers import ACTIONS, MOVE, SKIP
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.rows import Coming

MOVED_ON = "moved_on"
WEEKS = (1, 2)
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Wish:
    """`to`: a day; or `weeks` later than `shown`, the day that was shown to whoever tapped."""

    action: str
    to: date | None = None
    weeks: int | None = None
    shown: date | None = None

    def change(self, coming: Coming, zone: ZoneInfo, is_known: bool = False) -> Change:
        """Return the edit. Raises Problem 409 when the cycle is no longer where it was shown, unless it `is_known`.

        A delay counts from the day that was shown, so that a tap heard twice delays once.
        """
        if self.action != MOVE:
            return Skipping(self.action == SKIP)
        if self.to is not None:
            return offers.on_day(self.to, coming, zone)
        if self.shown is None or self.weeks is None:
            raise Problem(422, field="to")
        change = offers.on_day(self.shown + timedelta(weeks=self.weeks), coming, zone)
        is_there = coming.cycle.expected_at.astimezone(zone).date() == self.shown
        if not is_known and not is_there and not change.is_true(coming.cycle):
            raise Problem(409, MOVED_ON)
        return change


def read(action: str, body: object) -> Wish:
    """Return the wish; raises Problem 404 for an action that is none, 422 naming the field that is wrong."""
    if action not in ACTIONS:
        raise Problem(404)
    if not isinstance(body, dict):
        raise Problem(422, field="body")
    allowed = {"to", "delay_weeks", "from"} if action == MOVE else set()
    for name in sorted(map(str, body)):
        if name not in allowed:
            raise Problem(422, field=name[:40])
    if action != MOVE:
        return Wish(action)
    if ("to" in body) == ("delay_weeks" in body):
        raise Problem(422, field="to")
    if "to" in body:
        if "from" in body:
            raise Problem(422, field="from")
        return Wish(action, to=_day(body, "to"))
    weeks = body["delay_weeks"]
    if type(weeks) is not int or weeks not in WEEKS:
        raise Problem(422, field="delay_weeks")
    return Wish(action, weeks=weeks, shown=_day(body, "from"))


def _day(body: dict[str, object], name: str) -> date:
    text = body.get(name)
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Problem(422, field=name)
