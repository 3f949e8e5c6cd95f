"""The operator guide, the settings and the commands say the same; and only config.py reads the environment."""

from __future__ import annotations

import argparse
import ast
import re

from shopify_app import cli, config
from tests.guards.source import APP, ROOT, modules, tree

GUIDE = ROOT / "docs" / "operator-guide.md"
# These start programs, so they hand an environment on; what the app itself obeys is read in config.py.
MAY_TOUCH_ENVIRON = {"shopify_app.config", "shopify_app.commands.processes", "shopify_app.commands.doctor"}
MAY_TOUCH_ENVIRON |= {"shopify_app.kit.crashpoints"}  # a test hook that no deployment sets


def test_the_guide_lists_every_variable_and_no_other():
    names = {
        name
        for row in re.findall(r"^\| (`[A-Z_`, ]+`) \|", GUIDE.read_text(), re.M)
        for name in re.findall(r"[A-Z_]+", row)
    }
    assert names == set(config.DEFAULTS)


def test_the_guide_lists_every_command_and_no_other():
    listed = {
        name for row in re.findall(r"^\| (`perennial [^|]*) \|", GUIDE.read_text(), re.M) for name in _commands(row)
    }
    actions = cli._parser()._subparsers._group_actions
    known = {name for action in actions if isinstance(action, argparse._SubParsersAction) for name in action.choices}
    assert listed == known


def _commands(row: str) -> list[str]:
    return [part.removeprefix("perennial ").split()[0] for part in re.findall(r"`([^`]+)`", row)]


def test_only_config_reads_the_environment():
    wrong = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for module, path in modules()
        if module not in MAY_TOUCH_ENVIRON and not module.startswith("shopify_app.demo")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("os", "environ"), ("os", "getenv")}
    ]
    assert not wrong, ", ".join(wrong)
