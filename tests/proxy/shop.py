"""A storefront with one coffee in two sizes and two plans, and a shopper's browser in it (without scripts)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

import httpx

from sandbox.seeds import tiny
from sandbox.shopify import products, selling_plans
from tests.support.app import Story

ROOT = "/shop/rosebud-coffee"
ADDRESS = {"email": "Vera@rosebud-shopper.net", "first_name": "Vera", "address1": "1 Elm", "city": "Bath", "zip": "1"}


@dataclass
class Storefront:
    story: Story
    small: int
    large: int
    weekly: int
    monthly: int
    browser: httpx.Client = field(default_factory=lambda: httpx.Client(follow_redirects=True, timeout=20))

    def open(self, path: str, **query: object) -> httpx.Response:
        return self.browser.get(f"{self.story.sandbox.url}{ROOT}{path}", params=query)

    def send(self, path: str, **form: object) -> httpx.Response:
        return self.browser.post(f"{self.story.sandbox.url}{ROOT}{path}", data=form)

    def subscribe(self, variant: int, plan: int) -> httpx.Response:
        self.send("/cart/add", id=variant, selling_plan=plan)
        answer = self.send("/checkout", **ADDRESS)
        self.story.settle()
        return answer

    def block(self, locale: str = "en") -> httpx.Response:
        return self.open("/apps/perennial/account", locale=locale)

    def press(self, token: str, locale: str = "en") -> httpx.Response:
        answer = self.send(f"/apps/perennial/account?locale={locale}", token=token)
        self.story.settle()
        return answer

    def leave(self) -> None:
        self.browser.cookies.clear()


def grow(story: Story) -> Storefront:
    made = tiny.grow(story.world, contracts=1)
    with story.world.locked():
        large = products.add_variant(
            story.world, made.shop, made.product, "1 kg", "40.00", sku="HB-1000", available=5
        )
        group = selling_plans.create(
            story.world,
            made.shop,
            "Subscribe and save",
            [made.product["id"]],
            [
                {"name": "Every week", "interval": "WEEK", "interval_count": 1, "percentage": 10},
                {"name": "Every month", "interval": "MONTH", "interval_count": 1},
            ],
        )
    story.install()
    weekly, monthly = (plan["id"] for plan in group["plans"])
    return Storefront(story, made.variant["id"], large["id"], weekly, monthly)


def tokens(page: httpx.Response) -> dict[str, str]:
    """What each button of the account block says, and the token it holds."""
    found = re.findall(r'<button[^>]*data-perennial-token="([^"]+)"[^>]*>([^<]+)</button>', page.text)
    return {html.unescape(words).strip(): token for token, words in found}
