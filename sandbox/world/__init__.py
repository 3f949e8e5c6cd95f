"""The state of the sandbox: what exists, what time it is, what was paid, what is made to go wrong. No HTTP."""

from sandbox.world.world import World

__all__ = ["World"]
