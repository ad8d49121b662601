"""The honest score of a run: on the part that training never saw, with intervals, beside simple baselines."""

import time
from pathlib import Path

import torch
from torch import Tensor

from etude.data.new import read_new
from etude.data.splits import part
from etude.errors import DataError, UsageError
from etude.evaluation.baselines import baselines
from etude.evaluation.evaluate import evaluate as evaluate_examples
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Evaluation, Judgement, OtherDetails, Verdict, to_json
from etude.records import Labelled
from etude.report.worst import save_worst
from etude.training.abilities import Judging, PartName
from etude.training.drawings import save_figures
from etude.training.store import write_text
from etude.training.supervised import EVALUATION_BATCH
from etude.verbs.trained import Trained, same_experiment


def evaluate(trained: Trained, *, on: PartName = "test") -> Judgement:
    """Score a run on one part of the data it was trained on; the result is kept in the run folder.

    Each look at the test part is written into the diary of the run, for the report to count.
    """
    experiment, recipe = same_experiment(trained), trained.recipe
    if isinstance(recipe, Judging):
        started = time.perf_counter()
        with evaluating(trained.predictor.network):
            verdict = recipe.judge(trained.predictor.network, experiment, on)
        return keep(trained, judged(trained, verdict, on, seconds=round(time.perf_counter() - started, 3)))
    if experiment.splits is None:
        raise UsageError(
            "E-EVALUATE", f"{trained.run.folder} was not trained on a data set; there is no part to score."
        )
    examples, rows = part(experiment.splits, on)
    return judge(trained, examples, rows=rows, train=experiment.splits.train, label=on)


def evaluate_new(trained: Trained, path: Path) -> Judgement:
    """Score a run on data that it has never met, without the data it was trained on."""
    if isinstance(trained.recipe, Judging):
        name = trained.run.folder.name
        raise UsageError("E-EVALUATE", f"{name} is judged on its own data only: etude evaluate {name}, without --data.")
    new = read_new(trained.schema, trained.recipe.source, [path])
    if new.y is None:
        name = trained.schema.target.name
        raise DataError("E-TARGET", f"{path} has no answers to compare with: no column {name!r}, no folder by class.")
    return judge(trained, Labelled(new.x, new.y), rows=torch.arange(len(new.x)), train=None, label=path.stem)


def judge(trained: Trained, examples: Labelled, *, rows: Tensor, train: Labelled | None, label: str) -> Judgement:
    """Evaluate, compare with the baselines that `train` allows, and keep the result in the run folder."""
    predictor = trained.predictor
    evaluation = evaluate_examples(predictor, examples, part=label, rows=rows, batch=EVALUATION_BATCH)
    simple = baselines(train, examples, trained.schema, seed=0) if train is not None else ()
    save_worst(trained.run.folder, evaluation, examples, trained.schema)
    return keep(trained, Judgement(evaluation, tuple(simple), checkpoint=checkpoint_in_words(trained)))


def judged(trained: Trained, verdict: Verdict, label: str, *, seconds: float) -> Judgement:
    """What a recipe said of its own network, in the form of every evaluation; its figures go into the run folder."""
    main = next(iter(verdict.metrics))
    evaluation = Evaluation(
        part=label,
        n=verdict.n,
        target=trained.schema.target.name,
        loss=verdict.metrics["loss"].value if "loss" in verdict.metrics else None,
        metrics=verdict.metrics,
        details=OtherDetails(verdict.unit, main),
        worst=(),
        protocol=verdict.protocol,
        seconds=seconds,
    )
    save_figures(trained.run.folder, {f"{label} {name}": figure for name, figure in verdict.figures.items()})
    return Judgement(evaluation, verdict.baselines, checkpoint=checkpoint_in_words(trained))


def checkpoint_in_words(trained: Trained) -> str:
    """'last, step 1,200'"""
    return f"{trained.use}, step {trained.step:,}"


def keep(trained: Trained, judgement: Judgement) -> Judgement:
    """Write an evaluation into the run folder, and into its diary."""
    evaluation, folder = judgement.evaluation, trained.run.folder
    trained.run.note("evaluate", part=evaluation.part, step=trained.step, n=evaluation.n)
    write_text(folder / f"evaluation-{evaluation.part}.json", to_json(judgement))
    return judgement
