"""Finds a Chromium on this machine. As a command it prints the path, or exits 1."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--no-sandbox",  # as root Chromium does not start with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def find_chromium() -> str | None:
    """The path of an executable Chromium or Chrome: `CHROMIUM`, the PATH, then Playwright's own download."""
    given = os.environ.get("CHROMIUM")
    if given:
        return shutil.which(given)
    on_path = (shutil.which(name) for name in NAMES)
    downloaded = (str(path) for place in PLACES for path in sorted(Path.home().glob(place), reverse=True))
    candidates = [*on_path, *downloaded, *APPLICATIONS]
    return next((found for found in candidates if found and os.access(found, os.X_OK)), None)


if __name__ == "__main__":
    path = find_chromium()
    if path is None:
        sys.exit(1)
    print(path)
