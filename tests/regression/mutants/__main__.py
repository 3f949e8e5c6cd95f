"""`python -m tests.regression.mutants`."""

import sys

from tests.regression.mutants import run_all

sys.exit(run_all())
