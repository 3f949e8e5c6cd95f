"""What Rosebud Coffee sells: a dozen coffees and things, on how many plans."""

from __future__ import annotations

from sandbox.shopify import products, selling_plans
from sandbox.world import World
from sandbox.world.store import Row

# title, sku stem, price of 250 g, units in stock per variant
COFFEES = [
    ("House Blend", "HOUSE", 14.0, 900),
    ("Rosebud Espresso", "ROSE", 15.5, 700),
    ("Harbor Dark Roast", "HARBOR", 14.5, 600),
    ("Meadow Light Roast", "MEADOW", 15.0, 500),
    ("Sleepy Hollow Decaf", "DECAF", 16.0, 400),
    ("Ethiopia Guji", "GUJI", 19.0, 120),
    ("Colombia Huila", "HUILA", 17.5, 260),
    ("Kenya Nyeri", "NYERI", 21.0, 60),
    ("Sumatra Gayo", "GAYO", 18.0, 140),
    ("Seasonal Single Origin", "SEASON", 22.0, 30),
    ("Cold Brew Packs", "BREW", 24.0, 200),
    ("Compostable Capsules", "CAPS", 12.0, 350),
]
SIZES = [("250 g", "250", 1.0), ("1 kg", "1000", 3.6)]
PLANS: list[Row] = [
    {"name": "Weekly", "interval": "WEEK", "interval_count": 1, "percentage": 10},
    {"name": "Every 2 weeks", "interval": "WEEK", "interval_count": 2, "percentage": 10},
    {"name": "Monthly", "interval": "MONTH", "interval_count": 1, "percentage": 10},
    {"name": "Yearly", "interval": "YEAR", "interval_count": 1, "percentage": 10},
    {"name": "Mondays", "interval": "WEEK", "interval_count": 1, "percentage": 10, "cutoff": 2,
     "anchors": [{"type": "WEEKDAY", "day": 1, "month": None, "cutoffDay": None}]},
    {"name": "Monthly on the 15th", "interval": "MONTH", "interval_count": 1, "percentage": 10,
     "anchors": [{"type": "MONTHDAY", "day": 15, "month": None, "cutoffDay": None}]},
    {"name": "3 months prepaid", "interval": "MONTH", "interval_count": 3, "percentage": 10,
     "delivery_interval": "MONTH", "delivery_count": 1},
]  # fmt: skip


def stock_up(world: World, shop: str) -> list[Row]:
    """The products; returns their variants. Two may be oversold, one hardly has stock."""
    made = []
    for title, stem, price, units in COFFEES:
        product = products.create(world, shop, title)
        for size, grams, factor in SIZES:
            made.append(
                products.add_variant(
                    world,
                    shop,
                    product,
                    size,
                    f"{price * factor:.2f}",
                    sku=f"{stem}-{grams}",
                    available=units,
                    continue_selling=stem in ("HOUSE", "CAPS"),
                )
            )
    return made


def offer(world: World, shop: str) -> dict[str, Row]:
    """One selling plan group on every product; returns its plans by name."""
    ids = [row["id"] for row in world.of("products", shop)]
    group = selling_plans.create(world, shop, "Subscribe and save", ids, [dict(plan) for plan in PLANS])
    return {plan["name"]: plan for plan in group["plans"]}
