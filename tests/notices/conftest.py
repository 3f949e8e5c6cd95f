"""A till, with nothing charged yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.billing.conftest import sandbox_server
from tests.billing.till import Till, opened

__all__ = ["sandbox_server"]


@pytest.fixture
def till(sandbox_server, postgres_url: str) -> Iterator[Till]:
    with opened(sandbox_server, postgres_url) as till:
        till.mirror()
        yield till
