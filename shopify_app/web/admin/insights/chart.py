"""Bars above and below a line, with an axis of round numbers: plain values for the template."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

Values = dict[str, Any]
TALL, WIDE, LEFT = 160, 600, 90
"""Units of the picture: height of the plot, width of the whole, and where the plot begins beside its axis."""
TICKS = 4


def step(span: Decimal) -> Decimal:
    """Return the distance of ticks for a span: 1, 2 or 5 times a power of ten, so that about four fit; at least 1."""
    wanted = max(span / TICKS, Decimal(1))
    power = Decimal(1).scaleb(wanted.adjusted())
    return next(power * each for each in (1, 2, 5, 10) if power * each >= wanted)


def bars(rows: Sequence[tuple[str, Decimal, Decimal]]) -> Values | None:
    """Return label, amount above and amount below (negative or 0) of each row as bars; None if all are 0."""
    highest = max((up for _, up, _ in rows), default=Decimal(0))
    lowest = min((down for _, _, down in rows), default=Decimal(0))
    if not highest and not lowest:
        return None
    each = step(max(highest, -lowest))
    top, bottom = (int((side / each).to_integral_value(ROUND_CEILING)) for side in (highest, -lowest))
    unit = Decimal(TALL) / ((top + bottom) * each)
    zero, wide = top * each * unit, Decimal(WIDE - LEFT) / len(rows)
    return {
        "height": TALL,
        "zero": round(float(zero), 1),
        "ticks": [{"at": number * each, "y": _y(zero, number * each, unit)} for number in range(-bottom, top + 1)],
        "bars": [
            {
                "label": label,
                "x": round(float(LEFT + wide * place + wide * Decimal("0.15")), 1),
                "middle": round(float(LEFT + wide * place + wide / 2), 1),
                "wide": round(float(wide * Decimal("0.7")), 1),
                "up": {"y": _y(zero, up, unit), "tall": round(float(up * unit), 1)},
                "down": round(float(-down * unit), 1),
                "is_named": place % (len(rows) // 6 + 1) == 0,
            }
            for place, (label, up, down) in enumerate(rows)
        ],
    }


def _y(zero: Decimal, amount: Decimal, unit: Decimal) -> float:
    return round(float(zero - amount * unit), 1)
