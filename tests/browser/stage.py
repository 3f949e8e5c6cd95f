"""The admin's frame with our pages in it, in a real browser: open, look, count bounces, take pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.seeds import tiny
from sandbox.server import Server
from shopify_app import wiring
from shopify_app.context import Context
from tests.support.app import free_port, running_sandbox, running_web, settings_for

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

ROOT = Path(__file__).resolve().parents[2]
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const said = [...document.querySelectorAll("#page s-text, #page s-paragraph, #page s-link")];
  const ends = said.map((each) => each.getBoundingClientRect().right);
  return Math.ceil(Math.max(document.documentElement.scrollWidth, ...ends) - wide);
}"""
ARTIFACTS = ROOT / "test-artifacts"
PICTURES = os.environ.get("PERENNIAL_PICTURES") != "no"
"""`bin/test` takes no pictures of pages that nobody then looks at; a test that is run by hand does."""
AXE = ROOT / "node_modules/axe-core/axe.min.js"
HANDLE = tiny.SHOP.removesuffix(".myshopify.com")


@dataclass
class Stage:
    """One browser page in front of the sandbox's Shopify admin."""

    page: Page
    sandbox_url: str
    ctx: Context

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#app")

    def open(self, path: str = "/") -> FrameLocator:
        """Open a page of the app as a merchant does who types the admin's address."""
        self.page.goto(f"{self.sandbox_url}/store/{HANDLE}/apps/perennial{path if path != '/' else ''}")
        self.frame.locator("main#page").wait_for()
        return self.frame

    @property
    def bounces(self) -> int:
        """How often the frame had to fetch a token by way of the bounce page since the admin was loaded."""
        return int(self.page.evaluate("document.body.dataset.bounces || 0"))

    def shot(self, name: str, width: int = 1280, height: int = 900, tallest: int = 4000) -> Path:
        """Save a picture of the admin, as tall as the app's page needs but no more than `tallest`."""
        self.page.set_viewport_size({"width": width, "height": height})
        inner = self.app.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": width, "height": max(height, min(int(inner) + 120, tallest))})
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        if PICTURES:
            self.page.screenshot(path=path)
        return path

    @property
    def app(self) -> Any:
        """The frame itself, for evaluating in it."""
        return self.page.frame(name="app-iframe")

    def serious_issues(self) -> list[str]:
        """What axe finds serious or worse on the app's page, as "rule: element"."""
        if not self.app.evaluate("'axe' in window"):  # half a megabyte, once for each document
            self.app.evaluate(AXE.read_text())
        found = self.app.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
        )
        bad = [v for v in found if v["impact"] in ("serious", "critical")]
        return [f"{v['id']}: {node['html'][:160]}" for v in bad for node in v["nodes"]]

    def fits(self, name: str) -> None:
        """Axe finds nothing serious, and nothing is cut off on a phone; pictures of both."""
        self.shot(name)
        assert not self.serious_issues(), name
        self.shot(f"{name}-320", 320, 640)
        assert self.width_overflow() <= 0, f"{name} is wider than 320 pixels"
        assert not self.serious_issues(), f"{name} at 320"
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def width_overflow(self) -> int:
        """By how many pixels the page, or some words of it, run out of its frame: a card cuts them off, unseen.

        Ask at a width at which tables are lists; wider ones scroll.
        """
        return int(self.app.evaluate(OVERFLOW))


@contextmanager
def backstage(postgres_url: str, redis_url: str) -> Iterator[tuple[Context, Server]]:
    """The app's web process on a sandbox with one installed shop and nothing in it; rows are put in by the test."""
    app_url = f"http://127.0.0.1:{free_port()}"
    with running_sandbox(app_url) as sandbox:
        tiny.grow(sandbox.world, contracts=0)
        ctx = wiring.build(settings_for(sandbox.url, app_url, postgres_url, redis_url), inline=True)
        with running_web(ctx):
            try:
                yield ctx, sandbox
            finally:
                ctx.http.close()
                ctx.db.close()
