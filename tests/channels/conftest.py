"""A till with one contract and a connected Klaviyo; facts are recorded by hand or by charging.

Whatever body a test leaves behind is held against the schema of its metric.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import connect
from tests.billing.conftest import sandbox_server
from tests.billing.till import Till, opened
from tests.support.events import check_stored

__all__ = ["sandbox_server"]


@pytest.fixture
def till(sandbox_server, postgres_url: str) -> Iterator[Till]:
    with opened(sandbox_server, postgres_url) as till:
        till.mirror()
        # a person connects once a second at most; these tests do it faster
        till.klaviyo().set(auto=False, limits={"get_accounts": [20, 200]})
        yield till
        with till.ctx.db.session() as session:
            check_stored(session)


@pytest.fixture
def connected(till: Till) -> Till:
    connect.connect(till.ctx, till.shop_id, seed.ROSEBUD_KEY)
    return till
