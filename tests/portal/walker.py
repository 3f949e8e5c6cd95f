"""A walk along the links of the served document: list, preview, act, undo, read, in every weather that can come.

Schemathesis walks, one step after the other as the `Guide` points them out, and judges each answer.
"""

from __future__ import annotations

from typing import Any

import hypothesis
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.portal.guide import FOR_GOOD, STEPS, Guide
from tests.portal.journey import Journey
from tests.portal.shopper import Shopper
from tests.portal.weathers import ask

ONE_WALK = hypothesis.settings(
    # what a walk did is still there, so none can be walked again; the only one is the plainest, and always the same
    max_examples=1,
    phases=[hypothesis.Phase.generate],
    stateful_step_count=STEPS + 1,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


def machine_of(served: Any) -> Any:
    """Return Schemathesis's walker along a document's own links; what is wrong on purpose comes from the weathers."""
    served.config.generation.update(modes=[GenerationMode.POSITIVE])
    served.config.phases.stateful.inference.algorithms = []
    return served.as_state_machine()


def walk_all(machine: Any, journey: Journey, shopper: Shopper) -> None:
    """Walk as a shopper until no link leads to anything new."""
    done: set[str] = set()
    before = -1
    while before < (before := len(done)):
        _walk(machine, journey, shopper, done)


def _walk(machine: Any, journey: Journey, shopper: Shopper, done: set[str]) -> None:
    token = shopper.token()

    class Walk(machine):  # type: ignore[misc,valid-type]
        def setup(self) -> None:
            self.control = Guide(journey, done)

        def step(self, input: Any) -> Any:
            if self.control.is_over:
                return None
            found = input.transition and input.transition.request_body
            said = found.value.ok() if found and isinstance(found.value, Ok) else {}
            # led by what an answer said, and not by a value that the answer did not have
            applied = {name for _, name in input.applied_parameters}
            self._is_led = isinstance(said, dict) and applied >= {*(input.case.path_parameters or {}), *said}
            self._linked = said if self._is_led else {}
            return super().step(input)

        def call(self, case: Any, **kwargs: Any) -> Any:
            """Ask in each weather whose status was not seen yet, and then in earnest."""
            name = journey.names[case.operation.label]
            for wanted in journey.missing(name) if self._is_led else ():
                if wanted != 200:
                    twin = _twin(case)
                    journey.judge(twin, ask(journey, twin, wanted, shopper, token, self._linked), wanted)
            answer = ask(journey, case, 200, shopper, token, self._linked)
            self.control.answered(name, answer.json() if answer.status_code == 200 else None)
            if name in FOR_GOOD:  # a charge comes to rest
                shopper.story.settle()
            return answer

        def validate_response(self, response: Any, case: Any, **kwargs: Any) -> None:
            journey.judge(case, response, 200, recorder=self.recorder)

    run_state_machine_as_test(Walk, settings=ONE_WALK)


def _twin(case: Any) -> Any:
    """Return a shallow copy; `copy` sets slots one by one, which a case takes for changes of what it knows."""
    twin = object.__new__(type(case))
    for name in type(case).__slots__:
        object.__setattr__(twin, name, getattr(case, name))
    return twin
