"""Limits hold over all processes while Redis is there, and in each of them when it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shopify_app.kit.jobs import NoWakeups, Wakeups
from shopify_app.web.links import limits
from shopify_app.web.links.limits import KEPT_SECONDS, Limiter
from shopify_app.wiring import connect_redis
from tests.support.app import free_port

MINUTE = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def minute(monkeypatch: pytest.MonkeyPatch) -> None:
    _at(monkeypatch, MINUTE)


def _at(patch: pytest.MonkeyPatch, moment: datetime) -> None:
    patch.setattr(limits, "machine_now", lambda: moment)


def test_two_processes_count_together_and_no_address_is_kept(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    redis = Redis.from_url(redis_url)
    one, other = (Limiter(Wakeups(redis, {}).count) for _ in range(2))
    assert [limiter.allows("from 192.0.2.7", 3) for limiter in (one, other, one, other)] == [True, True, True, False]
    assert other.allows("from 192.0.2.8", 3)
    keys = redis.keys("perennial:count:*")
    assert len(keys) == 2 and not any(b"192.0.2" in key for key in keys)
    assert all(0 < redis.ttl(key) <= KEPT_SECONDS for key in keys)
    _at(monkeypatch, MINUTE + timedelta(minutes=1))
    assert other.allows("from 192.0.2.7", 3)


def test_without_redis_each_counts_alone_and_asks_again_in_the_next_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    count, asked = Wakeups(connect_redis(f"redis://127.0.0.1:{free_port()}"), {}).count, []
    limiter = Limiter(lambda name, seconds: asked.append(name) or count(name, seconds))
    assert [limiter.allows("from 192.0.2.7", 2) for _ in range(3)] == [True, True, False]
    assert len(asked) == 1
    _at(monkeypatch, MINUTE + timedelta(minutes=1))
    assert limiter.allows("from 192.0.2.7", 2) and len(asked) == 2
    assert Limiter(NoWakeups().count).allows("anybody", 1)
