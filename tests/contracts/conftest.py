from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.desk import Desk
from tests.support.rows import add_shop, context
from tests.support.stories import story

__all__ = ["desk", "story"]


@pytest.fixture
def desk(postgres_url: str) -> Iterator[Desk]:
    ctx = context(postgres_url)
    yield Desk(ctx, add_shop(ctx))
    ctx.http.close()
    ctx.db.close()
