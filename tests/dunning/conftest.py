"""A shop whose charges can be made to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.testing import SandboxServer
from tests.dunning.clinic import Clinic, admitting
from tests.dunning.ward import Ward, admitted
from tests.support.app import Story
from tests.support.stories import story

__all__ = ["story"]


@pytest.fixture
def ward(story: Story) -> Ward:
    """One monthly contract of a shop in New York; its next charge is on December 4, at nine."""
    return admitted(story)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer().running() as server:
        yield server


@pytest.fixture
def clinic(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Clinic]:
    """The same contract without web and webhooks."""
    with admitting(sandbox_server, postgres_url) as clinic:
        yield clinic
