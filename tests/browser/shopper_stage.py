"""A shopper's account in a real browser: sign in, open a page, look into the extension that runs on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.stage import ARTIFACTS, AXE, HANDLE

if TYPE_CHECKING:
    from playwright.sync_api import Frame, FrameLocator, Page


@dataclass
class ShopperStage:
    """One browser page in front of the sandbox's customer accounts."""

    page: Page
    sandbox_url: str

    def sign_in(self, customer: int) -> None:
        """Choose who one is, as the sandbox's sign-in page asks."""
        self.page.goto(f"{self.sandbox_url}/account/{HANDLE}/login")
        self.page.get_by_label("Customer").select_option(str(customer))
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("heading", name="Orders").wait_for()

    def account(self, path: str) -> FrameLocator:
        """Open a page of the account; what the extension on it shows."""
        self.page.goto(f"{self.sandbox_url}/account/{HANDLE}{path}")
        return self.page.frame_locator("iframe.extension")

    @property
    def extension(self) -> Frame:
        return next(frame for frame in self.page.frames if "/_frame/" in frame.url)

    def serious_issues(self) -> list[str]:
        """What axe finds serious or worse in the extension, as "rule: element"."""
        self.extension.evaluate(AXE.read_text())
        found = self.extension.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
        return [f"{each['id']}: {node['html'][:160]}" for each in bad for node in each["nodes"]]

    def fits(self, name: str) -> None:
        """Axe finds nothing serious, and at 320 pixels nothing runs out of the page; pictures of both."""
        ARTIFACTS.mkdir(exist_ok=True)
        assert not self.serious_issues(), name
        size = self.page.viewport_size or {"width": 1280, "height": 720}
        tall = int(self.page.evaluate("document.documentElement.scrollHeight"))  # else a frame is painted in part
        self.page.set_viewport_size({"width": 900, "height": tall})
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")
        self.page.set_viewport_size({"width": 320, "height": 640})
        for frame in (self.page.main_frame, self.extension):
            wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is {wide} pixels wider than a phone"
        self.page.screenshot(path=ARTIFACTS / f"{name}-320.png", full_page=True)
        self.page.set_viewport_size(size)
