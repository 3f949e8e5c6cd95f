"""Whatever is asked of one date: none lost, none doubled, none before today, the order of dates kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import order_now
from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change, Standing
from shopify_app.edits.changes import parse
from shopify_app.edits.move import Moving
from shopify_app.edits.skip import Skipping

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS = st.integers(-2000, 4000)
Row = dict[int, BillingCycle]
ACTIONS = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(("skip", "unskip", "move", "now")), HOURS), max_size=12
)


def _dates(period: int, first: int) -> Row:
    """Six cycles of one period each; the first ends `first` hours from now."""
    ends = [NOW + (first + number * period) * HOUR for number in range(6)]
    return {
        number: BillingCycle(
            cycle_index=number,
            status="UNBILLED",
            skipped=False,
            start_at=end - period * HOUR,
            end_at=end,
            expected_at=end,
        )
        for number, end in enumerate(ends, 1)
    }


def _standing(rows: Row, index: int) -> Standing:
    before, after = rows.get(index - 1), rows.get(index + 1)
    return Standing(
        Contract(status="ACTIVE"),
        rows[index],
        after.expected_at if after else None,
        NOW,
        before.expected_at if before and before.status == "UNBILLED" else None,
    )


def _change(verb: str, hours: int) -> Change:
    if verb == "move":
        return Moving(NOW + hours * HOUR)
    return order_now.at(NOW) if verb == "now" else Skipping(verb == "skip")


def _apply(change: Change, row: BillingCycle) -> None:
    """What Shopify makes of it."""
    if isinstance(change, Moving):
        row.expected_at = change.to
    elif isinstance(change, Skipping):
        row.skipped = change.wanted


@given(st.sampled_from((24, 168, 720)), st.integers(-48, 700), ACTIONS)
def test_a_walk_of_edits_keeps_every_date_and_their_order(
    period: int, first: int, walk: list[tuple[int, str, int]]
) -> None:
    rows = _dates(period, first)
    for index, verb, hours in walk:
        change, row = _change(verb, hours), rows[index]
        was = row.expected_at
        if change.why_not(_standing(rows, index)) is not None:
            continue
        back = change.undo(change.before(row))
        _apply(change, row)
        assert change.is_true(row) and sorted(rows) == [1, 2, 3, 4, 5, 6]
        assert row.expected_at == was or row.expected_at > NOW
        assert row.expected_at >= row.start_at
        expected = [rows[number].expected_at for number in sorted(rows)]
        assert expected == sorted(set(expected))
        assert parse(change.name, change.wish()) == change
        if back is not None and back.why_not(_standing(rows, index)) is None:
            _apply(back, row)
            assert row.expected_at == was
            _apply(change, row)


@given(HOURS)
def test_a_date_does_not_pass_the_one_before_it(hours: int) -> None:
    rows = _dates(168, 100)
    rows[1].expected_at = rows[2].start_at + 50 * HOUR  # moved beyond its own end
    to = NOW + hours * HOUR
    refusal = Moving(to).why_not(_standing(rows, 2))
    if rows[2].start_at <= to <= rows[1].expected_at and to > NOW:
        assert refusal == Refusal.BEFORE_PREVIOUS
    rows[1].status = "BILLED"
    assert Moving(to).why_not(_standing(rows, 2)) != Refusal.BEFORE_PREVIOUS
