"""Reads the app's own source for the guards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "shopify_app"
SANDBOX = ROOT / "sandbox"


def modules(folder: Path = APP) -> Iterator[tuple[str, Path]]:
    """Yield (dotted name, file) of every Python module below `folder`."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text(), filename=str(path))


def imports(path: Path, module: str) -> Iterator[tuple[str, int]]:
    """Yield (dotted name imported, line) of every import in a file; `from x import y` is x.y when y is a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, path)
            for alias in node.names:
                joined = ROOT.joinpath(*f"{base}.{alias.name}".split("."))
                is_module = joined.is_dir() or joined.with_suffix(".py").exists()
                yield (f"{base}.{alias.name}" if is_module else base), node.lineno


def _absolute(node: ast.ImportFrom, module: str, path: Path) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *(node.module or "").split(".")]).rstrip(".")
