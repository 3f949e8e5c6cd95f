"""Settings: the only reader of the environment.

Names are the operator's contract. A missing or malformed value is reported in one line that names it; `problems`
lists all of them at once for `perennial doctor`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from shopify_app.kit.smtp import LOOPBACK, is_address, smtp_server

ROOT = Path(__file__).resolve().parents[1]
APP_TOML = ROOT / "shopify.app.toml"
LEVELS = ("debug", "info", "warning", "error")


class BadSetting(Exception):
    """An environment variable is missing or malformed; the message names it in one line."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment may say. Secrets stay out of `repr`."""

    api_key: str
    api_secret: str = field(repr=False)
    api_secret_old: str = field(repr=False, default="")
    scopes: str = ""
    host: str = ""
    port: int = 8000
    database_url: str = field(repr=False, default="")
    redis_url: str = field(repr=False, default="")
    encryption_keys: tuple[str, ...] = field(repr=False, default=())
    shop_url: str = "https://{shop}"
    admin_url: str = "https://admin.shopify.com"
    cdn_url: str = "https://cdn.shopify.com"
    api_version: str = "2026-10"
    clock_url: str = ""
    klaviyo_base_url: str = "https://a.klaviyo.com"
    klaviyo_client_id: str = ""
    klaviyo_client_secret: str = field(repr=False, default="")
    smtp_url: str = field(repr=False, default="")
    mail_from: str = ""
    alerts_to: tuple[str, ...] = field(repr=False, default=())
    log_level: str = "info"
    log_format: str = "text"
    web_threads: int = 8

    def shop_base(self, domain: str) -> str:
        """Return where a shop answers, e.g. https://shop.myshopify.com, without a trailing slash."""
        return self.shop_url.replace("{shop}", domain)

    @property
    def on_loopback(self) -> bool:
        """True when shops are the sandbox on this machine, so that business time may be moved."""
        return _host(self.shop_url.replace("{shop}", "shop")) in LOOPBACK


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process; raises BadSetting naming the first variable that is wrong."""
    environ = os.environ if environ is None else environ
    found = problems(environ)
    if found:
        raise BadSetting(found[0])
    value = {name: environ.get(name, "").strip() or default for name, default in DEFAULTS.items()}
    return Settings(
        api_key=value["SHOPIFY_API_KEY"],
        api_secret=value["SHOPIFY_API_SECRET"],
        api_secret_old=value["SHOPIFY_API_SECRET_OLD"],
        scopes=value["SCOPES"] or scopes_in_toml(),
        host=value["HOST"].rstrip("/"),
        port=int(value["PORT"]),
        database_url=value["DATABASE_URL"],
        redis_url=value["REDIS_URL"],
        encryption_keys=_listed(value["ENCRYPTION_KEY"]),
        shop_url=value["SHOPIFY_SHOP_URL"].rstrip("/"),
        admin_url=value["SHOPIFY_ADMIN_URL"].rstrip("/"),
        cdn_url=value["SHOPIFY_CDN_URL"].rstrip("/"),
        api_version=value["SHOPIFY_API_VERSION"],
        clock_url=value["CLOCK_URL"],
        klaviyo_base_url=value["KLAVIYO_BASE_URL"].rstrip("/"),
        klaviyo_client_id=value["KLAVIYO_CLIENT_ID"],
        klaviyo_client_secret=value["KLAVIYO_CLIENT_SECRET"],
        smtp_url=value["SMTP_URL"],
        mail_from=value["MAIL_FROM"],
        alerts_to=_listed(value["ALERTS_TO"]),
        log_level=value["LOG_LEVEL"].lower(),
        log_format=value["LOG_FORMAT"].lower() or ("text" if sys.stderr.isatty() else "json"),
        web_threads=int(value["WEB_THREADS"]),
    )


DEFAULTS = {
    "SHOPIFY_API_KEY": "",
    "SHOPIFY_API_SECRET": "",
    "SHOPIFY_API_SECRET_OLD": "",
    "SCOPES": "",
    "HOST": "",
    "PORT": "8000",
    "DATABASE_URL": "",
    "REDIS_URL": "",
    "ENCRYPTION_KEY": "",
    "SHOPIFY_SHOP_URL": "https://{shop}",
    "SHOPIFY_ADMIN_URL": "https://admin.shopify.com",
    "SHOPIFY_CDN_URL": "https://cdn.shopify.com",
    "SHOPIFY_API_VERSION": "2026-10",
    "CLOCK_URL": "",
    "KLAVIYO_BASE_URL": "https://a.klaviyo.com",
    "KLAVIYO_CLIENT_ID": "",
    "KLAVIYO_CLIENT_SECRET": "",
    "SMTP_URL": "",
    "MAIL_FROM": "",
    "ALERTS_TO": "",
    "LOG_LEVEL": "info",
    "LOG_FORMAT": "",
    "WEB_THREADS": "8",
}
"""Every variable the program reads, with its default; the operator guide lists the same (a guard compares)."""

_REQUIRED = {
    "SHOPIFY_API_KEY": "the app's client id",
    "SHOPIFY_API_SECRET": "the app's client secret",
    "HOST": "the public URL of this app",
    "DATABASE_URL": "postgresql+psycopg://…",
    "REDIS_URL": "redis://… or unix://…",
    "ENCRYPTION_KEY": "a Fernet key; `perennial doctor --new-key` makes one",
}


def problems(environ: Mapping[str, str]) -> list[str]:
    """Return one line per wrong variable, in the order of the operator guide; empty when all is well."""
    value = {name: environ.get(name, "").strip() or default for name, default in DEFAULTS.items()}
    found = [f"{name} is not set: {hint}" for name, hint in _REQUIRED.items() if not value[name]]
    for check in (_bad_urls, _bad_numbers, _bad_words, _bad_mail, _bad_keys):
        found.extend(check(value))
    return found


def _bad_urls(value: Mapping[str, str]) -> list[str]:
    found = []
    for name in ("HOST", "SHOPIFY_SHOP_URL", "SHOPIFY_ADMIN_URL", "SHOPIFY_CDN_URL", "KLAVIYO_BASE_URL", "CLOCK_URL"):
        if value[name] and not _is_web_url(value[name].replace("{shop}", "shop")):
            found.append(f"{name} must be an https URL (http only on loopback), not {value[name]!r}")
    if "{shop}" not in value["SHOPIFY_SHOP_URL"]:
        found.append("SHOPIFY_SHOP_URL must hold {shop}, where the shop's domain goes")
    if value["CLOCK_URL"] and _host(value["SHOPIFY_SHOP_URL"].replace("{shop}", "shop")) not in LOOPBACK:
        found.append("CLOCK_URL is refused unless SHOPIFY_SHOP_URL is on loopback: business time is real time")
    if value["DATABASE_URL"] and not value["DATABASE_URL"].startswith("postgresql+psycopg://"):
        found.append("DATABASE_URL must begin with postgresql+psycopg://")
    if value["REDIS_URL"] and not value["REDIS_URL"].startswith(("redis://", "rediss://", "unix://")):
        found.append("REDIS_URL must begin with redis://, rediss:// or unix://")
    return found


def _bad_numbers(value: Mapping[str, str]) -> list[str]:
    limits = {"PORT": (1, 65535), "WEB_THREADS": (1, 64)}
    return [
        f"{name} must be a whole number from {low} to {high}, not {value[name]!r}"
        for name, (low, high) in limits.items()
        if not value[name].isdigit() or not low <= int(value[name]) <= high
    ]


def _bad_words(value: Mapping[str, str]) -> list[str]:
    found = []
    if value["LOG_LEVEL"].lower() not in LEVELS:
        found.append(f"LOG_LEVEL must be one of {', '.join(LEVELS)}, not {value['LOG_LEVEL']!r}")
    if value["LOG_FORMAT"].lower() not in ("", "json", "text"):
        found.append(f"LOG_FORMAT must be json or text, not {value['LOG_FORMAT']!r}")
    if not re.fullmatch(r"\d{4}-\d{2}|unstable", value["SHOPIFY_API_VERSION"]):
        found.append(f"SHOPIFY_API_VERSION must look like 2026-10, not {value['SHOPIFY_API_VERSION']!r}")
    return found


def _bad_mail(value: Mapping[str, str]) -> list[str]:
    """No line repeats what was set: SMTP_URL holds a password, the others are people's addresses."""
    found = []
    if value["SMTP_URL"]:
        try:
            smtp_server(value["SMTP_URL"])
        except ValueError as error:
            found.append(f"SMTP_URL is not understood: {error}")
        if not value["MAIL_FROM"]:
            found.append("MAIL_FROM is not set: the address that mail through SMTP_URL comes from")
    if value["MAIL_FROM"] and not is_address(value["MAIL_FROM"]):
        found.append("MAIL_FROM must be one mail address, without a name")
    if not all(is_address(one) for one in _listed(value["ALERTS_TO"])):
        found.append("ALERTS_TO must be mail addresses with commas between them")
    return found


def _bad_keys(value: Mapping[str, str]) -> list[str]:
    for number, key in enumerate(_listed(value["ENCRYPTION_KEY"]), 1):
        try:
            Fernet(key)
        except ValueError:
            return [f"ENCRYPTION_KEY: key {number} is no Fernet key (44 URL-safe base64 characters)"]
    return []


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def address_of(name: str) -> str:
    """Return where the URL in this variable leads, as " (host:port/name)", never with its user or password.

    Empty when the variable is not set or nothing can be told apart.
    """
    try:
        parts = urlsplit(os.environ.get(name, ""))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f" ({parts.hostname}{port}{parts.path})" if parts.hostname else ""


def _is_web_url(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )


def scopes_in_toml(path: Path = APP_TOML) -> str:
    """Return the comma-separated access scopes that `shopify.app.toml` asks for."""
    import tomllib

    if not path.exists():
        return ""
    with path.open("rb") as file:
        document = tomllib.load(file)
    return str(document.get("access_scopes", {}).get("scopes", ""))
