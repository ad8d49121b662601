"""Two runs on the same examples: which is better, and whether that is luck."""

from etude.data.splits import part
from etude.errors import DataError, UsageError
from etude.evaluation.compare import Comparison, Contestant, compare
from etude.training.abilities import Judging, PartName
from etude.training.describe import read_split
from etude.training.supervised import EVALUATION_BATCH
from etude.verbs.trained import Trained, same_experiment


def compare_runs(first: Trained, second: Trained, *, on: PartName = "test") -> Comparison:
    """Let both answer the examples of one part; each reads them in its own encoding."""
    for each in (first, second):
        demand_answers(each)
    rows = [read_split(each.run.folder)[on] for each in (first, second)]
    if rows[0].shape != rows[1].shape or not (rows[0] == rows[1]).all():
        raise DataError(
            "E-COMPARE-SPLIT",
            f"{first.run.folder.name} and {second.run.folder.name} were not split alike; "
            "train both on the same --data with the same --split and --split-seed.",
        )
    for each in (first, second):
        each.run.note("evaluate", part=on, step=each.step, n=len(rows[0]), compared=True)
    return compare(contestant(first, on), contestant(second, on), batch=EVALUATION_BATCH)


def demand_answers(trained: Trained) -> None:
    """UsageError E-COMPARE for a run that is judged by rules of its own."""
    if isinstance(trained.recipe, Judging):
        name = trained.run.folder.name
        raise UsageError(
            "E-COMPARE", f"{name} has no single answer for each example; compare its `etude evaluate` with the other's."
        )


def contestant(trained: Trained, on: PartName) -> Contestant:
    """A run with the examples of one part as it reads them."""
    splits = same_experiment(trained).splits
    assert splits is not None  # `demand_answers` has seen to it
    return Contestant(trained.run.folder.name, trained.predictor, part(splits, on)[0])
