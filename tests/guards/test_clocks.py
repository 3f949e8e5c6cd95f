"""Only kit/clock asks the machine for the time, so that every other line says which clock it means."""

from __future__ import annotations

import ast

from tests.guards.source import APP, modules, tree

ASKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
ASKS |= {("time", "sleep"), ("time", "monotonic")}
# The demo's supervisor starts and stops processes: it has no business time and must not import the app's kit.
EXEMPT = {"demo"}


def test_only_the_clock_asks_for_the_time():
    wrong = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for module, path in modules()
        if module != "shopify_app.kit.clock" and module.split(".")[1:2] != list(EXEMPT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in ASKS
    ]
    assert not wrong, "ask kit.clock and say which clock you mean: " + ", ".join(wrong)


def test_business_rules_use_business_time():
    """Due dates, notices and cutoffs must not be measured with the machine's clock."""
    business = {"calendar", "policy", "rules", "plan", "upcoming", "gates"}
    wrong = [
        str(path.relative_to(APP))
        for _, path in modules()
        if path.stem in business and "monotonic" in path.read_text()
    ]
    assert not wrong
