"""The mails shoppers get: a flow per metric that sends the template of that name for every event that triggers flows.

Templates are files of the folder the sandbox was told (`World.mail_templates`): `<slug>.<lang>.html` and
`<slug>.<lang>.subject.txt`, the slug being the metric's name in lower case with dashes. The language is the event's
`Locale`, or the profile's, else English. What the shopper was called is noted when the event is stored; the mail is
written when somebody first looks, because ten thousand mails take longer than ten thousand events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.klaviyo.state import Klaviyo
    from sandbox.world.store import Row


def trigger(klaviyo: Klaviyo, account: str, event: Row, profile: Row) -> None:
    """Start the flow of a stored event, if it triggers any."""
    if klaviyo.world.mail_templates and event["flow_triggered"]:
        person = {**profile["attributes"], **profile["properties"]}
        klaviyo.of("mails", account).put({"id": event["id"], "at": klaviyo.now().isoformat(), "person": person})


def every(
    klaviyo: Klaviyo, account: str, to: str | None = None, metric: str | None = None
) -> Iterator[dict[str, Any]]:
    """The mails of an account, oldest first, those that failed too; to one address, or of one metric, if named."""
    for event in klaviyo.stored(account, metric):
        row = klaviyo.of("mails", account).get(event["id"])
        if row and to in (None, row["person"].get("email")):
            mail = of(klaviyo, account, event)
            if mail["kind"] != "none":
                yield mail


def of(klaviyo: Klaviyo, account: str, event: Row) -> dict[str, Any]:
    """What became of one event: `kind` is "mail", "failed" or "none", the latter two with a `reason`."""
    row = klaviyo.of("mails", account).get(event["id"])
    if event["backfill"]:
        return {"kind": "none", "reason": "backfill"}
    if not row:
        return {"kind": "none", "reason": "no flow was set up when it came"}
    if not row.get("mail"):
        mail = _write(klaviyo, account, event, row)
        if mail["kind"] != "mail":
            return mail  # not kept: the template may be mended
        row["mail"] = mail
        klaviyo.of("mails", account).put(row)
    return dict(row["mail"])


def _write(klaviyo: Klaviyo, account: str, event: Row, row: Row) -> dict[str, Any]:
    metric, person = klaviyo.of("metrics", account)[event["metric"]]["name"], row["person"]
    files = _templates(klaviyo.world.mail_templates, metric, _language(event, person))
    if not files:
        return {"kind": "none", "reason": "no flow for this metric"}
    if not person.get("email"):
        return {"kind": "none", "reason": "the profile has no e-mail address"}
    head = {"event": event["id"], "metric": metric, "to": person["email"], "at": row["at"]}
    organization = {"name": klaviyo.accounts[account]["name"]}
    return {**head, **_filled(files, {"event": event["properties"], "person": person, "organization": organization})}


def _filled(files: tuple[Path, Path], variables: dict[str, Any]) -> dict[str, Any]:
    from sandbox.klaviyo import mail_language  # Django, which no test without mails should load

    html, subject = files
    try:
        body = mail_language.render(html.read_text(), variables, is_html=True)
        title = " ".join(mail_language.render(subject.read_text(), variables, is_html=False).split())
    except (mail_language.MailFailed, OSError) as error:
        nothing: dict[str, Any] = {"subject": None, "html": None, "text": None, "links": []}
        return {"kind": "failed", "reason": str(error), **nothing}
    seen = _Seen()
    seen.feed(body)
    text = re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", "".join(seen.text))).strip()
    return {"kind": "mail", "reason": None, "subject": title, "html": body, "text": text, "links": seen.links}


def _templates(folder: Path | None, metric: str, language: str) -> tuple[Path, Path] | None:
    slug = re.sub(r"[^a-z0-9]+", "-", metric.lower()).strip("-")
    for lang in (language, "en"):
        html = folder / f"{slug}.{lang}.html" if folder else None
        if html and html.is_file():
            return html, html.with_name(f"{slug}.{lang}.subject.txt")
    return None


def _language(event: Row, person: dict[str, Any]) -> str:
    named = event["properties"].get("Locale") or person.get("locale") or person.get("Locale")
    found = re.match(r"[a-z]{2,3}", str(named or "en").lower())
    return found[0] if found else "en"


class _Seen(HTMLParser):
    """What a shopper sees: the text, and the links with their words."""

    HIDDEN = ("style", "script", "title")
    BREAKS = ("p", "div", "tr", "br", "li", "h1", "h2", "h3", "table")

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[dict[str, str]] = []
        self._hidden = 0
        self._link: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self.HIDDEN
        if tag in self.BREAKS:
            self.text.append("\n")
        if tag == "a" and (href := dict(attributes).get("href")):
            self._link = {"text": "", "href": href}
            self.links.append(self._link)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self.HIDDEN
        if tag == "a" and self._link:
            self._link["text"] = " ".join(self._link["text"].split())
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text.append(data)
        if self._link:
            self._link["text"] += data
