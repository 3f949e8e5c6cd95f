"""What a subscription brings in a month, from its definition alone: exact fractions, nothing of the app's code."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MONTH_IN_DAYS = Fraction(1461, 48)
"""365.25 days shared among twelve months."""
MONTHS = {"DAY": 1 / MONTH_IN_DAYS, "WEEK": 7 / MONTH_IN_DAYS, "MONTH": Fraction(1), "YEAR": Fraction(12)}


def monthly(prices: list[Decimal], interval: str, count: int) -> Decimal:
    """Lines after discounts, without delivery, over the months that one charge pays for; to a millionth."""
    exact = Fraction(sum(prices, Decimal())) / (MONTHS[interval] * count)
    with_more = Decimal(exact.numerator) / Decimal(exact.denominator)
    return with_more.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
