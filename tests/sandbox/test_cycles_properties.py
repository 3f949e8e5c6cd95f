"""What must hold for any policy, in any zone: the calendar's lists have no holes, and no charge at an odd hour."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.world.cycles import Anchor, Policy, cycles

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
COUNT = 15

plain = st.builds(Policy, st.sampled_from(["DAY", "WEEK", "MONTH", "YEAR"]), st.integers(1, 4))
weekday = st.builds(Anchor, st.just("WEEKDAY"), st.integers(1, 7))
monthday = st.builds(Anchor, st.just("MONTHDAY"), st.integers(1, 31))
cutoffs = st.integers(0, 12)
behaviours = st.sampled_from(["ASAP", "NEXT"])
anchored = st.one_of(
    st.builds(
        lambda anchors, count, cutoff, behaviour: Policy(
            "WEEK", count, tuple(anchors), cutoff=cutoff, pre_anchor_behavior=behaviour
        ),
        st.lists(weekday, min_size=1, max_size=2),
        st.integers(1, 3),
        cutoffs,
        behaviours,
    ),
    st.builds(
        lambda anchors, count, cutoff, behaviour: Policy(
            "MONTH", count, tuple(anchors), cutoff=cutoff, pre_anchor_behavior=behaviour
        ),
        st.lists(monthday, min_size=1, max_size=2),
        st.integers(1, 3),
        cutoffs,
        behaviours,
    ),
)
# from 2013: Samoa left out a whole day in December 2011, which no rule here speaks of
created = st.datetimes(datetime(2013, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
examples = settings(max_examples=60, deadline=None)


@examples
@given(policy=st.one_of(plain, anchored), created_at=created, zone=st.sampled_from(ZONES))
def test_cycles_are_numbered_joined_and_always_later(policy: Policy, created_at: datetime, zone: str) -> None:
    found = list(islice(cycles(policy, created_at, zone), COUNT))
    assert [cycle.index for cycle in found] == list(range(1, COUNT + 1))
    assert found[0].start_at == created_at
    for one, following in pairwise(found):
        assert following.start_at == one.end_at + timedelta(seconds=1)
        assert one.expected_at == one.end_at < following.expected_at


@examples
@given(policy=plain, created_at=created, zone=st.sampled_from(ZONES))
def test_without_an_anchor_the_wall_clock_says_the_same_each_time(
    policy: Policy, created_at: datetime, zone: str
) -> None:
    wall = created_at.astimezone(ZoneInfo(zone)).time().replace(microsecond=0, fold=0)
    for cycle in islice(cycles(policy, created_at, zone), COUNT):
        local = cycle.expected_at.astimezone(ZoneInfo(zone))
        # in the hour that a change of the clocks leaves out, the charge comes later that day
        assert local.time().replace(fold=0) == wall or _left_out(local, wall.hour, wall.minute)


@examples
@given(policy=anchored, created_at=created, zone=st.sampled_from(ZONES))
def test_every_charge_of_an_anchored_policy_falls_on_an_anchor(
    policy: Policy, created_at: datetime, zone: str
) -> None:
    for cycle in islice(cycles(policy, created_at, zone), COUNT):
        local = cycle.expected_at.astimezone(ZoneInfo(zone)).date()
        last_of_month = (local + timedelta(days=1)).day == 1
        assert any(
            anchor.day == local.isoweekday()
            if anchor.type == "WEEKDAY"
            else anchor.day == local.day or (last_of_month and anchor.day > local.day)
            for anchor in policy.anchors
        )


def _left_out(local: datetime, hour: int, minute: int) -> bool:
    wanted = local.replace(hour=hour, minute=minute, second=0, fold=0)
    return wanted.astimezone(UTC).astimezone(local.tzinfo).time() != wanted.time()
