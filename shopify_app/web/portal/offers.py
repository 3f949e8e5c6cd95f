"""What a shopper may do with a cycle now, and why not what they may not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change
from shopify_app.edits.move import Moving
from shopify_app.edits.order_now import OrderingNow
from shopify_app.edits.skip import Skipping
from shopify_app.web.portal.date_deed import DateDeed, DateGround
from shopify_app.web.portal.date_deeds import DATE_DEEDS
from shopify_app.web.portal.rows import Coming

SKIP, UNSKIP, MOVE = "skip", "unskip", "move"
ACTIONS = (SKIP, UNSKIP, MOVE)
"""What a date is asked for without more words; `date_deeds` has the rest."""
TOO_LATE = "too_late"
DAY = timedelta(days=1)
_OF_ONE_DAY = frozenset({Refusal.PAST, Refusal.BEFORE_START, Refusal.BEFORE_PREVIOUS, Refusal.AFTER_NEXT})
"""Refusals that speak of one new date; another may do."""


@dataclass(frozen=True)
class Offer:
    """An action, and why it cannot be done (None when it can). The days a move may go to, as far as known."""

    action: str
    reason: str | None
    earliest: date | None = None
    latest: date | None = None


def of(coming: Coming, zone: ZoneInfo) -> list[Offer]:
    """Return each action as it stands for this cycle."""
    simple = [Offer(action, why_not(coming, Skipping(action == SKIP), zone)) for action in (SKIP, UNSKIP)]
    plain = [_ruled(offer, coming) for offer in (*simple, _move(coming, zone))]
    ground = DateGround(coming, zone)
    return plain + [Offer(name, why_none(deed, ground)) for name, deed in DATE_DEEDS.items()]


def why_none(deed: DateDeed, ground: DateGround) -> str | None:
    """Return why no such wish can be granted, whatever it is; None when one may. Choices are not looked at."""
    probe = deed.probe(ground)
    if isinstance(probe, str):
        return probe
    return why_not(ground.coming, probe, ground.zone) or ground.coming.rules.get(deed.change)


def _ruled(offer: Offer, coming: Coming) -> Offer:
    """The same offer, unless a rule of the shop's stands in the way of any such wish."""
    rule = coming.rules.get(offer.action) if offer.reason is None else None
    return Offer(offer.action, rule) if rule else offer


def why_not(coming: Coming, change: Change, zone: ZoneInfo) -> str | None:
    """Return why a shopper cannot make this change now: a `Refusal` or TOO_LATE; None when they can."""
    refusal = change.why_not(coming.standing)
    if refusal is None and coming.attempt:
        refusal = Refusal.CHARGING
    if refusal is None and coming.standing.now >= coming.charge_at:
        return TOO_LATE
    if refusal is None and _is_before_tomorrow(change, coming, zone):
        # a charge moved to today may fall before this moment: it would be made at once
        return Refusal.BEFORE_START
    return refusal


def on_day(day: date, coming: Coming, zone: ZoneInfo) -> Moving:
    """Return the move to a local day, at the time of day the cycle has now."""
    wall = coming.cycle.expected_at.astimezone(zone)
    return Moving(datetime.combine(day, wall.time(), tzinfo=zone))


def _move(coming: Coming, zone: ZoneInfo) -> Offer:
    reason = why_not(coming, Moving(coming.cycle.expected_at + timedelta(seconds=1)), zone)
    if reason is not None and reason not in _OF_ONE_DAY:
        return Offer(MOVE, reason)
    earliest, latest = _earliest(coming, zone), _latest(coming, zone)
    if latest is not None and latest < earliest:
        return Offer(MOVE, Refusal.AFTER_NEXT)
    return Offer(MOVE, None, earliest, latest)


def _earliest(coming: Coming, zone: ZoneInfo) -> date:
    bound = coming.cycle.start_at
    if coming.standing.preceding_at is not None:  # dates keep their order
        bound = max(bound, coming.standing.preceding_at + timedelta(seconds=1))
    first = max(_tomorrow(coming, zone), bound.astimezone(zone).date())
    return first if on_day(first, coming, zone).to >= bound else first + DAY


def _latest(coming: Coming, zone: ZoneInfo) -> date | None:
    end = coming.standing.following_at
    if end is None:
        return None
    last = end.astimezone(zone).date()
    return last if on_day(last, coming, zone).to < end else last - DAY


def _is_before_tomorrow(change: Change, coming: Coming, zone: ZoneInfo) -> bool:
    if not isinstance(change, Moving) or isinstance(change, OrderingNow):
        return False
    return change.to.astimezone(zone).date() < _tomorrow(coming, zone)


def _tomorrow(coming: Coming, zone: ZoneInfo) -> date:
    return coming.standing.now.astimezone(zone).date() + DAY
