"""`SMTP_URL` taken apart (where mail is handed over, how the way there is secured, and as whom), and addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TLS, STARTTLS, PLAIN = "tls", "starttls", "plain"
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PORTS = {TLS: 465, STARTTLS: 587, PLAIN: 25}


@dataclass(frozen=True)
class SmtpServer:
    """One mail server. `security`: "tls" from the first byte, "starttls" before anything is said, or "plain"."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


def smtp_server(url: str) -> SmtpServer:
    """Return what `smtp://…` or `smtps://…` names. Raises ValueError with a reason that repeats nothing of the URL.

    `smtp` demands STARTTLS, unless the server is on loopback or the URL ends in `?tls=off`, which is for a relay in a
    private network and takes no password.
    """
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        raise ValueError("its port is not a number up to 65535") from None
    if parts.scheme not in ("smtp", "smtps"):
        raise ValueError("it must begin with smtp:// or smtps://")
    if not parts.hostname:
        raise ValueError("it names no host")
    if parts.path not in ("", "/") or parts.fragment or set(parse_qs(parts.query)) - {"tls"}:
        raise ValueError("after the host and port only ?tls=off may follow")
    security = _security(parts.scheme, parts.hostname, parse_qs(parts.query).get("tls", [""])[-1])
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and security == PLAIN and parts.hostname not in LOOPBACK:
        raise ValueError("a password is not sent without TLS: leave out ?tls=off, or the password")
    return SmtpServer(parts.hostname, port or _PORTS[security], security, user, password)


def is_address(text: str) -> bool:
    """Return whether a text has the shape of one plain mail address that any server takes."""
    local, _, domain = text.rpartition("@")
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>()[]"\\')
    return is_plain and 0 < len(local) <= 64 and len(text) <= 254 and bool(_DOMAIN.fullmatch(domain))


def _security(scheme: str, host: str, tls: str) -> str:
    if tls not in ("", "off"):
        raise ValueError("?tls= can only be off")
    if scheme == "smtps":
        return TLS
    return PLAIN if tls or host in LOOPBACK else STARTTLS
