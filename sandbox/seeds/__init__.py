"""Ready-made worlds: the coffee shop of the demo, and tiny ones for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.seeds import coffee, tiny
from sandbox.world import World

SEEDS: dict[str, Callable[..., Any]] = {"coffee": coffee.grow, "tiny": tiny.grow}


def seed(world: World, name: str, **options: Any) -> Any:
    """Fill an empty world. Raises ValueError for a name that is not a seed."""
    if name not in SEEDS:
        raise ValueError(f"there is no seed {name!r}; there are {', '.join(SEEDS)}")
    with world.locked():
        return SEEDS[name](world, **options)
