"""The theme block says what a plan costs first and what then, in the shopper's language."""

from __future__ import annotations

import json
import re

import pytest

from sandbox.faces.storefront import objects, theme
from sandbox.seeds import tiny
from sandbox.shopify import products, selling_plans
from sandbox.world import World
from sandbox.world.app_config import AppConfig
from tests.support.app import KEY, ROOT, SECRET

TRIAL = [
    {"type": "PRICE", "value": "5", "after_cycle": None},
    {"type": "PERCENTAGE", "value": "25.0", "after_cycle": 2},
]


def _block(locale: str, pricing: list[dict[str, object]], money_format: str = "{}") -> str:
    config = AppConfig.read(ROOT / "shopify.app.toml", api_key=KEY, api_secret=SECRET, url="http://127.0.0.1:9")
    world = World(None, config)
    made = tiny.grow(world, contracts=0)
    product = world.of("products", made.shop).all()[0]
    plan = {"name": "Monthly", "interval": "MONTH", "interval_count": 1, "pricing": pricing}
    selling_plans.create(world, made.shop, "Save", [product["id"]], [plan], silent=True)
    drawn = objects.product(world, made.shop, product)
    return theme.draw("subscribe", "/", locale, "USD", {}, money_format, product=drawn)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "2 orders at $5.00, then $10.50"), ("de", "2 Bestellungen zu $5.00, danach $10.50"), ("ja", "$10.50")],
)
def test_a_trial_price_is_said_where_the_saving_stands_and_for_each_variant(locale: str, words: str):
    html = _block(locale, TRIAL)
    prices = json.loads(re.search(r"data-perennial-prices>(.*?)</script>", html, re.DOTALL)[1])
    (of_variant,) = prices.values()
    (of_plan,) = [told for choice, told in of_variant.items() if choice.isdigit()]
    assert of_plan[0] == "$5.00" and words in of_plan[1]
    saving = re.findall(r"data-perennial-saving>(.*?)</span>", html, re.DOTALL)
    assert any(words in each for each in saving)


def test_a_price_that_stays_says_what_it_saves():
    html = _block("en", TRIAL[:1])
    assert "Save $9.00" in html and "order at" not in html


def test_a_plan_of_another_variant_alone_is_neither_shown_nor_chosen_for_this_one():
    config = AppConfig.read(ROOT / "shopify.app.toml", api_key=KEY, api_secret=SECRET, url="http://127.0.0.1:9")
    world = World(None, config)
    made = tiny.grow(world, contracts=0)
    large = products.add_variant(world, made.shop, made.product, "1 kg", "40.00", sku="HB-1000", available=5)
    plan = {"name": "Monthly", "interval": "MONTH", "interval_count": 1}
    group = selling_plans.create(world, made.shop, "Save", [], [plan], variant_ids=[large["id"]])
    number = group["plans"][0]["id"]
    for variant, is_offered in ((made.variant, False), (large, True)):
        drawn = objects.product(world, made.shop, made.product, variant=variant["id"])
        html = theme.draw("subscribe", "/", "en", "USD", {"default_choice": "plan"}, product=drawn)
        choice = re.search(rf'<label[^>]*data-perennial-choice="{number}"', html)[0]
        (chosen,) = re.findall(r'name="selling_plan"\s+value="(\d*)"', html)
        assert ((" hidden" not in choice), chosen) == (is_offered, str(number) if is_offered else "")


@pytest.mark.parametrize(("pricing", "words"), [(TRIAL, "2 orders at $5.00, then $10.50"), (TRIAL[:1], "Save $9.00")])
def test_markup_in_a_shops_money_format_is_not_shown_as_text(pricing: list[dict[str, object]], words: str):
    html = _block("en", pricing, '<span class="money">{}</span>')
    assert words in html and "money" not in html
    (of_variant,) = json.loads(re.search(r"data-perennial-prices>(.*?)</script>", html, re.DOTALL)[1]).values()
    assert of_variant[""] == ["$14.00", ""]
