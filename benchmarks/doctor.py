"""The doctor on every recipe with its own settings and data: false alarms, and seconds.

    python -m benchmarks.doctor [RECIPE ...]

Before a training it may say nothing of a recipe of etude, and take 5 seconds at most; asked for everything, it says
nothing either.
"""

import sys
from dataclasses import dataclass

from etude.catalogue import recipe_names
from etude.chance import flush_denormals
from etude.inside.doctor.doctor import examined, preflight
from etude.inside.doctor.finding import Diagnosis
from etude.verbs.recipes import default_recipe

LONGEST = 60.0
"""seconds for all questions to one recipe"""


@dataclass(frozen=True, slots=True)
class Line:
    """One recipe."""

    name: str
    before: Diagnosis
    whole: Diagnosis

    @property
    def alarms(self) -> list[str]:
        """All that was said."""
        return [each.sentence for each in (*self.before.findings, *self.whole.findings)]

    def __str__(self) -> str:
        left_out = sum("it takes" in each.skipped for each in self.whole.verdicts)
        seconds = f"{self.before.seconds:6.2f} s before a training {self.whole.seconds:6.1f} s for all questions"
        return f"{self.name:<20}{seconds}, {left_out} left out, {len(self.alarms)} alarms"


def looked_at(name: str) -> Line:
    """A recipe as it is."""
    experiment = next(default_recipe(name).experiments())
    return Line(name, preflight(experiment), examined(experiment, seconds=LONGEST))


def main() -> int:
    """Print a line for each recipe; 1 if there is an alarm."""
    flush_denormals()
    alarms = 0
    for name in sys.argv[1:] or recipe_names():
        line = looked_at(name)
        print(line, *line.alarms, sep="\n  ", flush=True)
        alarms += len(line.alarms)
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
