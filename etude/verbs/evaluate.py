"""The honest score of a run: on the part that training never saw, with intervals, beside simple baselines."""

from pathlib import Path
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from etude.data.new import read_new
from etude.data.splits import part
from etude.errors import DataError, UsageError
from etude.evaluation.baselines import baselines
from etude.evaluation.evaluate import evaluate as evaluate_examples
from etude.evaluation.records import Judgement, to_json
from etude.records import Labelled
from etude.report.worst import save_worst
from etude.training.describe import refuse_other_data
from etude.training.store import read_json, write_text
from etude.training.supervised import EVALUATION_BATCH
from etude.verbs.trained import Trained

PartName: TypeAlias = Literal["test", "valid", "train"]


def evaluate(trained: Trained, *, on: PartName = "test") -> Judgement:
    """Score a run on one part of the data it was trained on; the result is kept in the run folder.

    Each look at the test part is written into the diary of the run, for the report to count.
    """
    experiment = next(trained.recipe.experiments())
    if experiment.splits is None:
        raise UsageError(
            "E-EVALUATE", f"{trained.run.folder} was not trained on a data set; there is no part to score."
        )
    refuse_other_data(read_json(trained.run.folder / "data.json"), experiment.splits)
    examples, rows = part(experiment.splits, on)
    return judge(trained, examples, rows=rows, train=experiment.splits.train, label=on)


def evaluate_new(trained: Trained, path: Path) -> Judgement:
    """Score a run on data that it has never met, without the data it was trained on."""
    new = read_new(trained.schema, trained.recipe.source, [path])
    if new.y is None:
        name = trained.schema.target.name
        raise DataError("E-TARGET", f"{path} has no answers to compare with: no column {name!r}, no folder by class.")
    return judge(trained, Labelled(new.x, new.y), rows=torch.arange(len(new.x)), train=None, label=path.stem)


def judge(trained: Trained, examples: Labelled, *, rows: Tensor, train: Labelled | None, label: str) -> Judgement:
    """Evaluate, compare with the baselines that `train` allows, and keep the result in the run folder."""
    predictor, folder = trained.predictor, trained.run.folder
    evaluation = evaluate_examples(predictor, examples, part=label, rows=rows, batch=EVALUATION_BATCH)
    simple = baselines(train, examples, trained.schema, seed=0) if train is not None else ()
    judgement = Judgement(evaluation, tuple(simple), checkpoint=f"{trained.use}, step {trained.step:,}")
    trained.run.note("evaluate", part=label, step=trained.step, n=len(examples))
    save_worst(folder, judgement.evaluation, examples, trained.schema)
    write_text(folder / f"evaluation-{label}.json", to_json(judgement))
    return judgement
