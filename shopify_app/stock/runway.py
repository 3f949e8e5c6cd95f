"""How far stock goes: units against upcoming orders, in the order of their charges. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Claim(NamedTuple):
    """Units that one order needs of an item. `place` is its place in the queue: when it was first to be charged.

    `is_limited`: it may not be oversold; `is_paid`: it was paid before and comes before nobody, but is never decided.
    """

    contract_id: int
    cycle_index: int
    delivery: int
    variant_gid: str
    units: int
    charge_at: datetime
    place: datetime
    is_limited: bool = True
    is_paid: bool = False

    @property
    def key(self) -> tuple[int, int, int, str]:
        """What tells it from all other claims on the item."""
        return self.contract_id, self.cycle_index, self.delivery, self.variant_gid


def in_line(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims in the order in which they are served: who was to be charged first comes first."""
    return sorted(claims, key=lambda one: (one.place, one.contract_id, one.cycle_index, one.delivery))


def short(supply: int, claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims that `supply` does not cover, in line.

    Whoever fits is served, though somebody before did not: units that are too few for one order serve another. What
    may be oversold is always served.
    """
    left, missing = supply, []
    for claim in in_line(claims):
        if claim.is_limited and claim.units > left:
            missing.append(claim)
        else:
            left -= claim.units
    return missing


@dataclass(frozen=True)
class Runway:
    """`runs_out_on`: the first day not covered, None in sight; `short_units`: what is missing until its end."""

    runs_out_on: date | None
    short_units: int


def of_days(supply: int, days: Sequence[tuple[date, int]], pace: float = 0.0, today: date | None = None) -> Runway:
    """Return how far a supply goes over days with their units, in order of the days.

    `pace`: units a day that are sold besides, from `today` on; they make it run out sooner. What is missing counts
    what subscribers need alone: others buy what there is.
    """
    left, out = supply, None
    for day, units in days:
        left -= units
        besides = pace * max((day - today).days, 0) if today else 0.0
        if out is None and left < besides:
            out = day
    return Runway(out, max(-left, 0) if out else 0)
