"""One POST to an address that a merchant typed in.

The name is resolved once, every address it has is looked at, and the one that was looked at is the one connected to:
a name that answers differently the second time (DNS rebinding) gains nothing. Redirects are not followed, since they
would lead past that look.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from shopify_app.gateways.http.errors import Blocked, Unreachable, Unsure
from shopify_app.kit.clock import monotonic
from shopify_app.kit.smtp import LOOPBACK

SECONDS = 10.0
"""For each step of a call, and for reading the answer in all: whoever answers a byte a second holds nobody up."""
MOST_ANSWER = 2_000
"""Bytes of an answer that are read."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Answer:
    """What was answered: `text` at most 2,000 bytes of it, `retry_after` in seconds if it says so."""

    status: int
    text: str
    retry_after: int | None = None


@dataclass(frozen=True)
class Target:
    """A URL taken apart, without its name resolved."""

    scheme: str
    host: str
    port: int
    path: str


def target(url: str, *, allows_loopback: bool) -> Target:
    """Return what a URL names. Raises Blocked with a sentence a merchant understands.

    https only, to the usual port; http and other ports only to this machine, and only for a sandbox on it
    (`allows_loopback`).
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Blocked("This is no web address.") from None
    host = parts.hostname or ""
    if not host or parts.username or parts.password or not url.isascii() or not url.isprintable() or " " in url:
        raise Blocked("This is no web address.")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    if allows_loopback and host in LOOPBACK:
        return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
    if parts.scheme != "https" or port not in (None, 443):
        raise Blocked("The address must begin with https:// and name no port.")
    return Target("https", host, 443, path)


def post(url: str, body: bytes, *, allows_loopback: bool, resolve: Resolve | None = None) -> Answer:
    """Send JSON and return the answer, whatever its status. Raises HttpError."""
    to = target(url, allows_loopback=allows_loopback)
    address = _looked_at(to, (resolve or _resolve)(to.host, to.port), allows_loopback)
    shown = f"[{address}]" if ":" in address else address
    headers = {"Host": to.host if to.port == 443 else f"{to.host}:{to.port}", "Content-Type": "application/json"}
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                f"{to.scheme}://{shown}:{to.port}{to.path}",
                content=body,
                headers=headers,
                extensions={"sni_hostname": to.host},  # the certificate is the name's, not the number's
            ) as answer,
        ):
            return Answer(answer.status_code, _beginning(answer), _seconds(answer.headers.get("Retry-After", "")))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        raise Unreachable(f"no connection ({type(error).__name__})") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unsure(f"no answer ({type(error).__name__})") from None


def _looked_at(to: Target, addresses: list[str], allows_loopback: bool) -> str:
    """Return the address to connect to; raises Blocked if any of a name's addresses is not on the open internet."""
    if allows_loopback and to.host in LOOPBACK:
        return addresses[0]
    for each in addresses:
        known = ipaddress.ip_address(each.partition("%")[0])
        if not _inner(known).is_global or known.is_multicast:
            raise Blocked("The address leads to a private network.")
    return addresses[0]


def _inner(known: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for, where a gateway would lead there; else the address."""
    if not isinstance(known, ipaddress.IPv6Address):
        return known
    if known in _NAT64:
        return ipaddress.IPv4Address(int(known) & 0xFFFF_FFFF)
    return known.ipv4_mapped or known.sixtofour or known


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"no such host ({type(error).__name__})") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _beginning(answer: httpx.Response) -> str:
    """The answer's first bytes. It was taken by now: what does not come in time is not worth a wait."""
    read, until = b"", monotonic() + SECONDS  # machine time
    for chunk in answer.iter_bytes():
        read += chunk
        if len(read) >= MOST_ANSWER or monotonic() > until:
            break
    return read[:MOST_ANSWER].decode("utf-8", "replace")


def _seconds(text: str) -> int | None:
    return min(int(text), 86_400) if text.isascii() and text.isdigit() and len(text) < 9 else None
