"""Reading a form: each field is parsed or gets one sentence saying what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import category

from shopify_app.edits.contract.requests import LONGEST_ID
from shopify_app.kit.speech import _


@dataclass
class Form:
    """What was typed, and what is wrong with it. A field that cannot be read yields None and an error."""

    typed: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def request_id(self) -> str | None:
        """Return the id a preview gave its form, so that a double tap acts once; None when it is no such id."""
        typed = self.typed.get("request_id", "")
        return typed if 0 < len(typed) <= LONGEST_ID and "\x00" not in typed else None

    def text(self, name: str, label: str, *, longest: int, required: bool = True) -> str | None:
        """Return the trimmed text of a field, at most `longest` characters."""
        value = self.typed.get(name, "").strip()
        if required and not value:
            self.errors[name] = _("Enter %(label)s.", label=label)
        elif len(value) > longest:
            self.errors[name] = _("Use at most %(longest)s characters.", longest=longest)
        elif not value.isprintable():
            self.errors[name] = _("Use letters, digits and punctuation only, on one line.")
        return value if name not in self.errors else None

    def paragraphs(self, name: str, label: str, *, longest: int) -> str | None:
        """Return the trimmed text of a field that may have several lines, at most `longest` characters."""
        value = "\n".join(self.typed.get(name, "").splitlines()).strip()
        if not value:
            self.errors[name] = _("Enter %(label)s.", label=label)
        elif len(value) > longest:
            self.errors[name] = _("Use at most %(longest)s characters.", longest=longest)
        elif any(category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in value):
            self.errors[name] = _("Use letters, digits and punctuation only.")
        return value if name not in self.errors else None

    def whole_number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number from `low` to `high`."""
        number = _whole(self.typed.get(name, ""))
        if number is None or not low <= number <= high:
            self.errors[name] = _("Enter a whole number from %(low)s to %(high)s.", low=low, high=high)
            return None
        return number

    def limit(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number from `low` to `high`, None for a field left empty: no limit."""
        return self.whole_number(name, low, high) if self.typed.get(name, "").strip() else None

    def whole_numbers(self, name: str, low: int, high: int, *, most: int) -> list[int] | None:
        """Return up to `most` different whole numbers written with commas, largest first; none is allowed."""
        numbers = [_whole(part) for part in self.typed.get(name, "").split(",") if part.strip()]
        good = {number for number in numbers if number is not None and low <= number <= high}
        if len(good) != len(numbers):
            self.errors[name] = _(
                "Enter different whole numbers from %(low)s to %(high)s, with commas between them.",
                low=low,
                high=high,
            )
            return None
        if len(good) > most:
            self.errors[name] = _("Enter at most %(most)s numbers.", most=most)
            return None
        return sorted(good, reverse=True)

    def choice(self, name: str, among: Sequence[str]) -> str | None:
        """Return one of the options."""
        value = self.typed.get(name, "")
        if value not in among:
            self.errors[name] = _("Choose one of the options.")
            return None
        return value


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
