from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from shopify_app.context import Context
from shopify_app.shops.models import Shop
from tests.support.rows import add_shop, context


@dataclass
class Box:
    """A context and its one shop."""

    ctx: Context
    shop: Shop


@pytest.fixture
def box(postgres_url: str) -> Iterator[Box]:
    ctx = context(postgres_url)
    yield Box(ctx, add_shop(ctx))
    ctx.http.close()
    ctx.db.close()
