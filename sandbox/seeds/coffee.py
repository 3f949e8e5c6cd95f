"""placeholder"""

from sandbox.world import World


def grow(world: World) -> None:
    from sandbox.seeds import tiny

    tiny.grow(world, contracts=20)
