"""An account is asked less often than Klaviyo allows, whoever asks and however many shops share it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.channels.klaviyo import bucket
from shopify_app.kit.db import Database

AT = datetime(2026, 12, 1, tzinfo=UTC)
KLAVIYO_PER_MINUTE = {"create_event": 3_500, "bulk_create_events": 150, "create_or_update_profile": 750}
OURS_PER_MINUTE = {"create_event": 3_000, "bulk_create_events": 120, "create_or_update_profile": 600}
ENDPOINTS = (bucket.SINGLE, bucket.BULK, bucket.PROFILES)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_no_minute_sees_more_than_is_planned(endpoint: bucket.Endpoint) -> None:
    most = endpoint.burst + 60 * endpoint.per_second
    assert most <= OURS_PER_MINUTE[endpoint.name] < KLAVIYO_PER_MINUTE[endpoint.name]


@given(tokens=st.floats(0, 60), seconds=st.floats(-10, 1e6))
def test_a_bucket_never_overflows_and_never_loses(tokens: float, seconds: float) -> None:
    after = bucket.refilled(bucket.SINGLE, tokens, seconds)
    assert tokens <= after <= bucket.SINGLE.burst


def test_an_empty_bucket_gives_what_has_run_in_since(postgres_url: str) -> None:
    database = Database(postgres_url)

    def take(wanted: int, second: float, account: str = "A") -> int:
        with database.session() as session:
            return bucket.take(session, account, bucket.BULK, wanted, AT + timedelta(seconds=second))

    assert take(10, 0) == 6
    assert take(1, 0.2) == 0
    assert take(5, 1.1) == 2
    assert take(5, 1.1, account="B") == 5, "another account has a bucket of its own"
    database.close()
