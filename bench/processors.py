"""Processor time of a process and all it started, by Linux's /proc: what a busy machine does not stretch."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def spent(root: int) -> float | None:
    """Return the milliseconds that the process, its threads and its descendants, ended ones too, have computed.

    None where there is no /proc. Ended descendants count by the kernel's clock of a hundredth of a second.
    """
    if not (PROC / "self/schedstat").exists():
        return None
    total, family = 0.0, _family(root)
    for pid in family:
        with suppress(OSError):
            for task in (PROC / str(pid) / "task").iterdir():
                total += int((task / "schedstat").read_text().split()[0]) / 1e6
            total += sum(int(each) for each in _stat(pid)[13:15]) * TICK_MS
    return total


def _family(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for each in PROC.iterdir():
        if each.name.isdigit():
            with suppress(OSError):
                parents.setdefault(int(_stat(int(each.name))[1]), []).append(int(each.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on; the name before it may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rsplit(") ", 1)[1].split()
