"""`bin/chaos --mutants`: puts each defect into a copy of the code and expects its test, and only then, to fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(__file__).resolve().parent
TESTS = "tests/regression/test_reference_app_defects.py"
COPIED = ("shopify_app", "sandbox", "tests", "migrations", "pyproject.toml", "shopify.app.toml")
LINKED = (".venv", "node_modules")
FAILED, PASSED = 1, 0
"""Exit codes of pytest; any other says that the test could not be run, which proves nothing."""


def patches() -> list[Path]:
    """The mutants, in the order of their numbers."""
    return sorted(FOLDER.glob("[0-9][0-9]-*.patch"))


def run_all() -> int:
    """Print a table; 0 when every test fails with its mutant, and all pass without."""
    with tempfile.TemporaryDirectory(prefix="perennial-mutants-") as folder:
        copy = Path(folder).resolve() / "clean"
        _copy(copy)
        clean = _pytest(copy, "test_")
        print(f"{'unchanged':<52} {'all pass' if clean == PASSED else 'NOT CLEAN'}", flush=True)
        caught = [_one(copy, patch) for patch in patches()]
    print(f"{sum(caught)} of {len(caught)} defects are seen by their test")
    return 0 if clean == PASSED and all(caught) else 1


def _one(copy: Path, patch: Path) -> bool:
    try:
        _apply(copy, patch)
    except subprocess.CalledProcessError:
        print(f"{patch.stem:<52} DOES NOT APPLY (the code has moved: make the patch again)", flush=True)
        return False
    try:
        code = _pytest(copy, f"test_{patch.name[:2]}_")
    finally:
        _apply(copy, patch, "--reverse")
    words = {FAILED: "seen", PASSED: "NOT SEEN"}.get(code, f"COULD NOT RUN (pytest {code})")
    print(f"{patch.stem:<52} {words}", flush=True)
    return code == FAILED


def _copy(target: Path) -> None:
    target.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    for name in LINKED:
        (target / name).symlink_to(ROOT / name)


def _apply(copy: Path, patch: Path, *options: str) -> None:
    # a folder above that is a repository would make git look for its own files
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(copy.parent)}
    subprocess.run(["git", "apply", *options, str(patch)], cwd=copy, env=environment, check=True, timeout=30)


def _pytest(copy: Path, names: str) -> int:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", TESTS, "-k", names]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=copy, env=environment, check=False, timeout=600, capture_output=True, text=True
    )
    if done.returncode not in (FAILED, PASSED):
        print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
    return done.returncode
