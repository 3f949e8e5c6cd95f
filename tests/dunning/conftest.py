"""A shop whose charges can be made to fail."""

from __future__ import annotations

import pytest

from tests.dunning.ward import Ward, admitted
from tests.support.app import Story
from tests.support.stories import story

__all__ = ["story"]


@pytest.fixture
def ward(story: Story) -> Ward:
    """One monthly contract of a shop in New York; its next charge is on December 4, at nine."""
    return admitted(story)
