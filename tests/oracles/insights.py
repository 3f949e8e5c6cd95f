"""Cohorts from their definition alone: plain loops over plain lives, nothing of the app's code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Life:
    """A subscription from the day it began to the day it ended; None: it still is."""

    began: date
    ended: date | None = None


def on_the_same_day(start: date, months: int) -> date:
    """So many months later on the same day; where the month is too short, on its last."""
    year, month = start.year, start.month + months
    while month > 12:
        year, month = year + 1, month - 12
    day = start.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def cohorts(lives: list[Life], today: date) -> dict[date, tuple[int, list[int | None]]]:
    """First day of a month → how many began, and how many were there 1 to 11 months later, None while it is open."""
    found: dict[date, tuple[int, list[int | None]]] = {}
    oldest = today.replace(day=1)
    for _ in range(11):
        oldest = (oldest - timedelta(days=1)).replace(day=1)
    for first in sorted({life.began.replace(day=1) for life in lives if life.began >= oldest}):
        mine = [life for life in lives if life.began.replace(day=1) == first]
        last = first
        while (last + timedelta(days=1)).month == first.month:
            last += timedelta(days=1)
        kept: list[int | None] = []
        for months in range(1, 12):
            if on_the_same_day(last, months) >= today:
                kept.append(None)
                continue
            there = 0
            for life in mine:
                if life.ended is None or life.ended > on_the_same_day(life.began, months):
                    there += 1
            kept.append(there)
        found[first] = (len(mine), kept)
    return found
