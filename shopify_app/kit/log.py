"""Logging: one line an event, as text for people or JSON for machines, with secrets and addresses masked.

The mask is the second line of defence. The first is to log ids and counts, never values.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import Any

from shopify_app.kit.clock import machine_now

_MASKS = [
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[mail]"),
    (re.compile(r"\b(?:shp[a-z]{2}|pk|refresh|rt)_[A-Za-z0-9_\-]{6,}"), "[secret]"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"), "[token]"),
    (
        re.compile(r"(?i)\b(id_token|access_token|refresh_token|hmac|session|signature)=[^&\s\"']+"),
        r"\1=[…]",
    ),
    # only in an address is it an authorization code; elsewhere it says why something was refused
    (re.compile(r"(?i)(?<=[?&])code=[^&\s\"']+|\bcode=[^&\s\"']+(?=&)"), "code=[…]"),
    (re.compile(r"(?i)bearer\s+\S+"), "Bearer [token]"),
]
_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    """Return `text` with mail addresses, tokens and signed parameters replaced."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{key}={value}" for key, value in _extra(record).items())
        moment = machine_now().strftime("%H:%M:%S")
        line = (
            f"{moment} {record.levelname.lower():7} {record.name.removeprefix('shopify_app.')}: {record.getMessage()}"
        )
        return mask(" ".join(part for part in (line, extra, self._trace(record)) if part))

    def _trace(self, record: logging.LogRecord) -> str:
        return "\n" + self.formatException(record.exc_info) if record.exc_info else ""


class _Json(_Text):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": machine_now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return mask(json.dumps(entry, default=str, ensure_ascii=False))


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _PLAIN}


def formatter(style: str) -> logging.Formatter:
    """Return what makes a line of a record: "json" or "text"."""
    return _Json() if style == "json" else _Text()


def configure(level: str, style: str) -> None:
    """Send all log lines to standard error. `style` is "json" or "text"; `level` a logging level's name."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(style))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "urllib3", "rq", "rq.worker", "alembic.runtime.plugins"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
