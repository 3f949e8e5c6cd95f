"""The `story` fixture: a whole app on an empty sandbox, business time standing still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.app import Story, telling


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    """Seed `story.world` with `sandbox.seeds.tiny.grow` before `story.install()`."""
    with telling(postgres_url, redis_url) as told:
        yield told
