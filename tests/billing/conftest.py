"""A till per test; the sandbox is started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.testing import SandboxServer
from tests.billing.till import Till, opened


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer().running() as server:
        yield server


@pytest.fixture
def till(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Till]:
    """One monthly contract whose next cycle is due on this very day."""
    with opened(sandbox_server, postgres_url) as till:
        till.mirror()
        yield till
