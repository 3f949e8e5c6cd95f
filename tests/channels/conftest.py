"""A till with one contract and a connected Klaviyo; facts are recorded by hand or by charging."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import connect
from tests.billing.conftest import sandbox_server
from tests.billing.till import Till, opened

__all__ = ["sandbox_server"]


@pytest.fixture
def till(sandbox_server, postgres_url: str) -> Iterator[Till]:
    with opened(sandbox_server, postgres_url) as till:
        till.mirror()
        till.klaviyo().set(auto=False)
        yield till


@pytest.fixture
def connected(till: Till) -> Till:
    connect.connect(till.ctx, till.shop_id, seed.ROSEBUD_KEY)
    return till
