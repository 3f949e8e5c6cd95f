"""What the apps of all tests are made of alike, made once: each test has an app of its own, with the same pages.

Translating templates and addresses into code took more than half the time of a test of a page.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Templates(BytecodeCache):
    """Keeps what a template was translated into, by its place, its text and how its environment reads it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code if the same was translated before."""
        bucket.code = self._kept.get(_told_apart(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        assert bucket.code is not None
        self._kept[_told_apart(bucket)] = bucket.code


def _told_apart(bucket: Bucket) -> tuple[Any, ...]:
    env: Environment = bucket.environment
    reads = (env.trim_blocks, env.lstrip_blocks, env.undefined, getattr(env, "newstyle_gettext", None))
    return bucket.key, bucket.checksum, *reads, *sorted(env.extensions)


def share() -> None:
    """From now on translate a template once, and an address only when one is built from it."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
    translate = Rule._compile_builder

    def when_asked(rule: Rule, append_unknown: bool = True) -> Builder:
        made: list[Builder] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            made[:] = made or [translate(rule, append_unknown)]
            return made[0](rule, **values)

        return build

    Rule._compile_builder = when_asked  # type: ignore[method-assign]
