"""What the person at the terminal sees: one line per long step, and prefixed log lines afterwards."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

COLOURS = {"sandbox": "35", "web": "36", "worker": "32", "ticker": "33", "demo": "1"}
WIDTH = max(len(name) for name in COLOURS)

_printing = threading.Lock()


def say(text: str = "", *, end: str = "\n") -> None:
    """Prints to the terminal, one whole line at a time; a closed terminal is nobody's error."""
    with _printing, suppress(OSError, ValueError):
        print(text, end=end, flush=True)


def log(name: str, line: str) -> None:
    """Prints one line of one process, with its name before it (in colour on a terminal)."""
    prefix = f"{name:<{WIDTH}} │"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        prefix = f"\x1b[{COLOURS.get(name, '0')}m{prefix}\x1b[0m"
    say(f"{prefix} {line}")


@contextmanager
def step(number: int, of: int, text: str) -> Iterator[None]:
    """A progress line: the text at once, the seconds it took (machine time) when it is done."""
    say(f"[{number}/{of}] {text} … ", end="")
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say("failed")
        raise
    say(f"{time.monotonic() - began:.1f} s")
