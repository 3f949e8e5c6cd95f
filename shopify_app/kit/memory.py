"""How often Python looks for garbage in a process that works off batches of rows."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 20
"""New objects until Python looks at them, and how many such looks until it looks at older ones, too."""


def settle() -> None:
    """Say that what is loaded by now stays for good; call it once, when a process is ready.

    With Python's own numbers a batch of some hundred rows makes it look again and again at everything there is, the
    libraries among it: a third of the processor time of a backlog of notices, for nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
