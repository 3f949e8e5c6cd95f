from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.seeds import tiny
from tests.portal.shopper import Shopper
from tests.support.app import Story, telling
from tests.support.stories import story

__all__ = ["story"]


@pytest.fixture
def shopper(story: Story) -> Shopper:
    """Somebody with a monthly coffee, and a stranger with another."""
    return _moved_in(story)


@pytest.fixture(scope="module")
def resting(postgres_server: str, postgres_template: str, module_postgres_url: str) -> Iterator[Shopper]:
    """The same, shared by a module's tests that change nothing."""
    with telling(module_postgres_url, "redis://127.0.0.1:9") as told:
        yield _moved_in(told)


def _moved_in(story: Story) -> Shopper:
    made = tiny.grow(story.world, contracts=2)
    story.install()
    mine, other = made.contracts
    return Shopper(story, mine["id"], mine["customer_id"], other["id"])
