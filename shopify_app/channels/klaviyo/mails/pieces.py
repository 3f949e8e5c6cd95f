"""The pieces of a mail as HTML: inline styles, readable without pictures, fits 320 pixels.

A row of an item is a table for layout only, because Outlook knows no other way to put words beside a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shopify_app.channels.klaviyo.events.told import Event

Words = Mapping[str, str]
"""Language → text."""

_SHELL = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body style="margin:0;padding:0;background:#f4f1ec;color:#1f1f1f;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;overflow-wrap:anywhere">
<main style="display:block;max-width:600px;margin:0 auto;padding:24px 12px">
<p style="margin:0 0 16px;padding:0 12px;font-weight:600">{{{{ organization.name }}}}</p>
<div style="background:#ffffff;border-radius:12px;padding:24px 20px">
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.3">{heading}</h1>
{body}
</div>
<p style="margin:16px 0 0;padding:0 12px;font-size:14px;color:#595959">{footer}</p>
</main>
</body>
</html>
"""  # noqa: E501
_ITEMS = """<h2 style="margin:24px 0 8px;font-size:18px">{heading}</h2>
{{% for item in event.{source} %}}
<table role="presentation" cellpadding="0" cellspacing="0" width="100%" style="border-top:1px solid #e4ded4">
<tr>
<td width="72" valign="top" style="padding:12px 12px 12px 0"><img src="{{{{ item.ImageURL }}}}" alt="" width="72" style="display:block;width:72px;height:auto;border-radius:8px;border:0"></td>
<td valign="top" style="padding:12px 0"><strong>{{{{ item.ProductName }}}}</strong>{{% if item.VariantTitle %}}<br>{{{{ item.VariantTitle }}}}{{% endif %}}<br><span style="color:#595959">{quantity} {{{{ item.Quantity }}}}{price}</span></td>
</tr>
</table>
{{% endfor %}}"""  # noqa: E501
_BUTTON = "display:inline-block;margin:0 8px 8px 0;padding:11px 18px;border-radius:8px;font-weight:600;text-decoration:none;border:1px solid #1d4e33;"  # noqa: E501
FOOTER = {
    "en": "You receive this message because you have a subscription with {{ organization.name }}.",
    "de": "Sie erhalten diese Nachricht, weil Sie ein Abonnement bei {{ organization.name }} haben.",
}
HELLO = {
    "en": "Hello {{ person.first_name|default:'there' }},",
    "de": "Guten Tag{% if person.first_name %} {{ person.first_name }}{% endif %},",
}


@dataclass(frozen=True)
class Text:
    """A paragraph. `needs`: the property without which it is left out; `test`: a condition instead."""

    words: Words
    needs: str = ""
    test: str = ""

    def html(self, event: Event, language: str) -> str:
        """Return the paragraph."""
        return unless_missing(event, self.needs, self.plainly(self.words[language]), self.test)

    @staticmethod
    def plainly(words: str) -> str:
        """Return these words as a paragraph."""
        return f'<p style="margin:0 0 16px">{words}</p>'


@dataclass(frozen=True)
class Fact:
    """A label and the value of a property."""

    label: Words
    name: str

    def html(self, event: Event, language: str) -> str:
        """Return label and value on lines of their own."""
        label = f'<span style="color:#595959">{self.label[language]}</span>'
        value = f'<p style="margin:0 0 12px">{label}<br><strong>{{{{ event.{self.name} }}}}</strong></p>'
        return unless_missing(event, self.name, value)


@dataclass(frozen=True)
class Items:
    """The list of items with pictures; prices only where they are known and are what will be paid."""

    heading: Words
    quantity: Words
    source: str = "Items"

    def html(self, event: Event, language: str) -> str:
        """Return heading and rows."""
        price = " · {{ item.LinePrice }}" if self.source == "Items" else ""
        rows = _ITEMS.format(
            heading=self.heading[language], quantity=self.quantity[language], source=self.source, price=price
        )
        return unless_missing(event, self.source, rows) + '\n<div style="height:16px"></div>'


@dataclass(frozen=True)
class Button:
    """A link to something the shopper can do; the first of a mail is filled."""

    label: Words
    name: str
    is_first: bool = False

    def html(self, event: Event, language: str) -> str:
        """Return the link."""
        link = self.plainly(self.label[language], f"{{{{ event.{self.name} }}}}", is_first=self.is_first)
        return unless_missing(event, self.name, link)

    @staticmethod
    def plainly(label: str, href: str, *, is_first: bool = True) -> str:
        """Return a link that looks like a button."""
        colors = "background:#1d4e33;color:#ffffff" if is_first else "background:#ffffff;color:#1d4e33"
        return f'<a href="{href}" style="{_BUTTON}{colors}">{label}</a>'


Piece = Text | Fact | Items | Button


@dataclass(frozen=True)
class Mail:
    """A mail of one metric in every language."""

    slug: str
    subject: Words
    heading: Words
    pieces: tuple[Piece, ...]

    def html(self, event: Event, language: str) -> str:
        """Return the whole document."""
        parts = [Text(HELLO), *self.pieces]
        body = "\n".join(piece.html(event, language) for piece in parts)
        return page(language, self.heading[language], body, FOOTER[language])


def page(language: str, heading: str, body: str, footer: str) -> str:
    """Return a whole document; who writes stands above it as `organization.name`."""
    return _SHELL.format(language=language, title=heading, heading=heading, body=body, footer=footer)


def unless_missing(event: Event, name: str, html: str, test: str = "") -> str:
    """Return the piece, asked for with `if` when the event may lack the property, or by a test of its own."""
    if test:
        return f"{{% if {test} %}}{html}{{% endif %}}"
    if not name or {one.name: one.always for one in event.properties}[name]:
        return html
    return f"{{% if event.{name} %}}{html}{{% endif %}}"
