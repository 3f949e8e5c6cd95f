"""A real browser for tests: one Chromium per session, one clean context per test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Playwright takes half a second to import, and most runs open no page
    from playwright.sync_api import Browser, Page

from tests.support.chromium import FLAGS, find_chromium

PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Fails, never skips, where there is none: `bin/test` installs one."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium found: run bin/chromium, or set CHROMIUM=/path/to/it", pytrace=False)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with no cookies or storage from other tests; waits at most twenty seconds for anything."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
