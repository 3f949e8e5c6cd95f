"""The app's rule for the hour of charging, `contracts.calendar.due_at`, held against the oracle: instant by instant,
and over whole lives, by a ticker that keeps rows as the app does and knows of dates only what `due_at` says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shopify_app.contracts.calendar import due_at
from tests.oracles.charges import Life, Move, Span, verdicts
from tests.oracles.days import due_instant, expected_dates
from tests.oracles.examples import births, busy_plans, examples, hours, instants, zones

TICK = timedelta(minutes=15)
"""All of a drawn life lies on this grid, zones 45 minutes off included, so that the ticker misses no moment."""
DAYS = 365
CYCLES = 12
Happening = tuple[datetime, str, Any]


@examples(400)
@given(st.data(), zones, hours)
def test_every_instant(data: st.DataObject, zone: str, hour: int) -> None:
    expected = data.draw(instants(zone))
    assert due_at(expected, ZoneInfo(zone), hour) == due_instant(expected, zone, hour)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A contract of up to twelve cycles in a year, and all that may happen to it and to its shop."""
    zone = draw(zones)
    born = _on_the_grid(draw(births(zone)))
    at = st.integers(1, DAYS * 96).map(lambda ticks: born + ticks * TICK)
    index = st.integers(1, CYCLES)
    spans, long_ones = st.lists(_spans(at), max_size=2), st.lists(_spans(at, 3_000), max_size=2)
    of_cycles = st.lists(st.tuples(index, st.one_of(_spans(at), at.map(Span))), max_size=2)
    return Life(
        draw(busy_plans),
        born,
        born + timedelta(days=DAYS),
        ((born, zone), *draw(st.lists(st.tuples(at, zones), max_size=1))),
        ((born, draw(hours)), *draw(st.lists(st.tuples(at, hours), max_size=1))),
        pauses=tuple(draw(spans)),
        outages=tuple(draw(long_ones)),
        skips=tuple(draw(of_cycles)),
        holds=tuple(draw(of_cycles)),
        moves=tuple(draw(st.lists(st.builds(_move, at, index, st.integers(0, 900)), max_size=2))),
        ended=draw(st.one_of(st.none(), st.none(), at)),
        catch_up=timedelta(days=draw(st.sampled_from([1, 7]))),
        count=CYCLES,
    )


def _on_the_grid(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _spans(at: st.SearchStrategy[datetime], at_least: int = 1) -> st.SearchStrategy[Span]:
    """Up to six weeks of ticks."""
    return st.builds(lambda since, ticks: Span(since, since + ticks * TICK), at, st.integers(at_least, 4_000))


def _move(at: datetime, index: int, hours: int) -> Move:
    """To the present or later, as Shopify wants it."""
    return Move(at, index, at + timedelta(hours=hours))


class Ticker:
    """An app that wakes up every quarter of an hour. Its rows are worked out anew when something happened; between,
    it only compares them with the clock."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.zone, self.hour, self.ended = "", 0, False
        self.pauses: list[list[datetime]] = []  # [since, until], the last one open while the contract is paused
        self.standing: Counter[Any] = Counter()  # how many pauses, outages, skips and holds last at the moment
        self.moved: dict[int, datetime] = {}
        self.released: dict[int, datetime] = {}
        self.due: dict[int, datetime] = {}
        self.charges: dict[int, list[datetime]] = defaultdict(list)
        self.parked: set[int] = set()

    def run(self) -> None:
        """Live the whole life."""
        coming = sorted(_happenings(self.life), key=lambda one: one[0])
        now = self.life.created_at
        while now <= self.life.until:
            while coming and coming[0][0] <= now:
                self._hear(*coming.pop(0))
            self._charge(now)
            now += TICK

    def _hear(self, at: datetime, what: str, value: Any) -> None:
        if what in ("zone", "hour", "ended"):
            setattr(self, what, value)
        elif what == "move":
            self.moved[value.cycle] = value.to
        else:
            self._begin_or_end(at, what, value)
        self._refresh()

    def _begin_or_end(self, at: datetime, what: str, value: tuple[int, int]) -> None:
        index, step = value
        self.standing[what, index] += step
        if what == "hold" and step < 0:
            self.released[index] = at
        if what == "pause" and step > 0 and self.standing[what, index] == 1:
            self.pauses.append([at, self.life.until + timedelta(days=1)])
        if what == "pause" and step < 0 and not self.standing[what, index]:
            self.pauses[-1][1] = at

    def _refresh(self) -> None:
        dates = expected_dates(self.life.plan, self.life.created_at, self.zone, CYCLES)
        self.due.clear()
        for index, natural in enumerate(dates, 1):
            expected = self.moved.get(index, natural)
            passed = any(since <= expected < until for since, until in self.pauses)
            if not passed and index not in self.charges and index not in self.parked:
                self.due[index] = due_at(expected, ZoneInfo(self.zone), self.hour)

    def _charge(self, now: datetime) -> None:
        if self.ended or self.standing["pause", 0] or self.standing["outage", 0]:
            return
        for index, due in list(self.due.items()):
            if due <= now and not self.standing["skip", index] and not self.standing["hold", index]:
                self._decide(index, max(due, self.released.get(index, due)), now)

    def _decide(self, index: int, since: datetime, now: datetime) -> None:
        del self.due[index]
        if now - since > self.life.catch_up:
            self.parked.add(index)
        else:
            self.charges[index].append(now)


def _happenings(life: Life) -> Iterator[Happening]:
    yield from ((since, "zone", zone) for since, zone in life.zones)
    yield from ((since, "hour", hour) for since, hour in life.hours)
    yield from ((move.at, "move", move) for move in sorted(life.moves))
    whole = [("pause", 0, span) for span in life.pauses] + [("outage", 0, span) for span in life.outages]
    single = [("skip", *one) for one in life.skips] + [("hold", *one) for one in life.holds]
    for what, index, span in whole + single:
        yield span.since, what, (index, 1)
        if span.until:
            yield span.until, what, (index, -1)
    if life.ended:
        yield life.ended, "ended", True


@examples(60)
@given(lives())
def test_whole_lives(life: Life) -> None:
    """Every cycle that must be charged is charged once, at its instant; no other one is."""
    must = verdicts(life)
    ticker = Ticker(life)
    ticker.run()
    assert dict(ticker.charges) == {index: [v.at] for index, v in must.items() if v.state == "charged"}
    assert ticker.parked == {index for index, v in must.items() if v.state == "person"}
