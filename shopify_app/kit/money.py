"""Money as Shopify sends it: Decimal plus ISO 4217 currency. The only place that rounds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Minor digits that differ from two (ISO 4217), of currencies that are CurrencyCode at Shopify (schema 2026-10).
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)


def digits(currency: str) -> int:
    """Return how many minor digits `currency` has (2 when unknown)."""
    return _DIGITS.get(currency.upper(), 2)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Return `amount` rounded half up to the currency's smallest unit."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)


def plain(amount: Decimal) -> str:
    """Return an amount as text for programs: with two digits after the point, or with as many more as it needs."""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"


@dataclass(frozen=True)
class Money:
    """An amount in one currency; adding two currencies raises ValueError."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def rounded(self) -> Money:
        """Return the same money rounded to its currency's smallest unit."""
        return Money(round_money(self.amount, self.currency), self.currency)
