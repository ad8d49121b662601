"""Prototypical networks: classes never seen before, told apart by a few examples of each (Snell et al. 2017)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from etude.chance import seed_global, stream
from etude.data.characters import SIDE
from etude.data.episodes import Tasks, episodes, load_classes, turned_classes
from etude.data.folder import picture_files, read_folder, read_pictures
from etude.data.pictures import stacked
from etude.data.splits import part as part_of
from etude.errors import DataError, UsageError
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.plane import plane
from etude.evaluation.records import Baseline, Score, Verdict
from etude.evaluation.tasks import EPISODES, embedded, task_accuracy, ways
from etude.figures import Figure, Images, Points
from etude.layers.inputs import PictureInput
from etude.learners.base import GradientLearner
from etude.models.protonet import ProtoNet
from etude.objectives.episodes import prototypes, prototypical, squared_distances
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate
from etude.records import Episode, Labelled
from etude.schedules import cosine
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_classes, expect_pictures
from etude.training.experiment import Experiment, Recipe, Watch


@dataclass(frozen=True, kw_only=True)
class FewShot(Recipe):
    """Prototypical networks: classes never seen before, told apart by a few examples of each (Snell et al. 2017)."""

    source: Source = Source("glyphs")
    episodes: Count = 600
    """episodes to train on, of one update each"""
    way: Count = 20
    """classes in an episode of the training; more than the 5 it is judged with make it harder, and better"""
    shot: Count = 1
    """examples that a class is known by, in training"""
    queries: Count = 5
    """other examples of each class, which are to be told"""
    rotations: bool = False
    """also take each training class turned by 90, 180 and 270 degrees, as three classes more"""
    rate: Rate = 2e-3
    """learning rate of Adam, falling to 0 along a cosine"""
    width: Count = 48
    """filters of each convolution, and numbers of the embedding"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "way": 5, "queries": 2, "width": 4}

    def network(self, schema: Schema) -> nn.Module:
        pictures = expect_pictures(schema, "fewshot")
        return nn.Sequential(PictureInput(pictures), ProtoNet(pictures.channels, width=self.width))

    def experiments(self) -> Iterator[Experiment[Episode]]:
        splits, device = load_classes(self.source), find_device(self.device)
        train = turned_classes(splits.train) if self.rotations else splits.train
        tasks = Tasks(train.y, way=self.way, shot=self.shot, queries=self.queries)
        steps = self.steps or self.episodes
        seed_global(self.seed, "initialisation")
        network = placed(self.network(splits.schema), device)
        optimizer = Optimizer(adam(network.parameters(), rate=self.rate), schedule=cosine(steps))
        yield Experiment(
            learner=GradientLearner(network, prototypical, optimizer),
            batches=lambda start: episodes(train, tasks, seed=self.seed, start=start),
            steps=steps,
            evaluate=lambda: {"valid_accuracy": valid_accuracy(network, splits.valid)},
            evaluate_every=min(steps, max(50, steps // 10)),
            log_every=max(1, steps // 200),
            watch=Watch("valid_accuracy", higher_is_better=True),
            splits=splits,
            views={
                "episode": lambda: episode(splits.valid),
                "prototypes": lambda: in_the_plane(network, splits.valid, splits.schema),
            },
        )

    def judge(self, network: nn.Module, experiment: Experiment[Episode], part: PartName) -> Verdict:
        """How often classes of a part are told apart in episodes of five."""
        assert experiment.splits is not None
        examples: Labelled = part_of(experiment.splits, part)[0]
        seen = " (classes of the training)" if part == "train" else ", which training never saw"
        return Verdict(
            n=EPISODES,
            unit="episodes",
            metrics=scores(embedded(network, examples), examples),
            protocol=f"mean over {EPISODES} episodes of {ways(examples.y)} classes{seen}, with 1 and with 5 examples "
            "of each and up to 15 queries; the interval is 1.96 standard errors over the episodes",
            baselines=(Baseline("pixels", "nearest mean picture", scores(examples.x.flatten(1) / 255, examples), 0.0),),
            figures={"prototypes": in_the_plane(network, examples, experiment.splits.schema)},
        )

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """The nearest class of each picture; the first input is a folder with a few examples of each class."""
        support, names = self.supports(inputs, schema)
        queries, files = self.pictures(inputs[1:], schema)
        centres = class_centres(embedded(network, support), support.y, len(names))
        unasked = Labelled(queries, torch.zeros(len(queries), dtype=torch.int64))
        chances = (-squared_distances(embedded(network, unasked), centres).double()).softmax(dim=1)
        rows = []
        for file, chance in zip(files, chances, strict=True):
            order = chance.argsort(descending=True).tolist()
            rows.append(Answer(file, names[order[0]], {names[each]: float(chance[each]) for each in order}))
        return Answers("class", tuple(rows), (f"{len(names)} classes from {inputs[0]}: {', '.join(names[:12])}",))

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """Examples and prototypes in the plane: of a folder of classes, or else of five classes of the test part."""
        if not inputs:
            return {"prototypes": in_the_plane(network, load_classes(self.source).test, schema)}
        support, names = self.supports(inputs, schema)
        return {"prototypes": plane_of(embedded(network, support), support.y, names)}

    def supports(self, inputs: Sequence[str], schema: Schema) -> tuple[Labelled, tuple[str, ...]]:
        """The pictures of a folder by class, and the names of the classes."""
        if not inputs or not Path(inputs[0]).is_dir():
            raise UsageError(
                "E-PREDICT",
                "fewshot wants a folder first, with a folder of examples for each class, and then the pictures to be "
                "told: etude predict RUN examples/ one.png two.png",
            )
        raw = read_folder(Path(inputs[0]), self.source, size=SIDE)
        names = tuple(sorted(set(raw.answers.tolist())))
        y = torch.tensor([names.index(each) for each in raw.answers.tolist()])
        return Labelled(as_trained(stacked(raw.pictures, size=SIDE, channels=1), schema), y), names

    def pictures(self, inputs: Sequence[str], schema: Schema) -> tuple[Tensor, tuple[str, ...]]:
        """The pictures in files and folders, and their names."""
        paths = [
            each for name in inputs for each in (picture_files(Path(name)) if Path(name).is_dir() else [Path(name)])
        ]
        absent = next((path for path in paths if not path.is_file()), None)
        if absent is not None or not paths:
            raise DataError("E-DATA-PATH", f"there is no file or folder {absent or 'of pictures behind the examples'}.")
        found, _ = read_pictures(
            [(str(each), each.read_bytes) for each in paths], max_pixels=self.source.max_pixels, size=SIDE
        )
        return as_trained(stacked(found, size=SIDE, channels=1), schema), tuple(map(str, paths))


def as_trained(x: Tensor, schema: Schema) -> Tensor:
    """Pictures on white paper turned into white on black if the training was on such, and the other way round."""
    paper = expect_pictures(schema, "fewshot").mean[0] > 0.5
    other = (x.float().mean(dim=(1, 2, 3)) > 127) != paper
    return torch.where(other[:, None, None, None], 255 - x, x)


def valid_accuracy(network: nn.Module, examples: Labelled) -> float:
    """The number that the training watches: accuracy after one example."""
    return float(task_accuracy(embedded(network, examples), examples.y, shot=1).value or 0)


def scores(z: Tensor, examples: Labelled) -> dict[str, Score]:
    """Accuracy after one and after five examples of each class."""
    one = task_accuracy(z, examples.y, shot=1)
    return {"accuracy": one, "accuracy after 5": task_accuracy(z, examples.y, shot=5)}


def class_centres(z: Tensor, y: Tensor, classes: int) -> Tensor:
    """The prototype of each class, however many examples it has."""
    return torch.stack([prototypes(z[None, y == each])[0] for each in range(classes)])


def in_the_plane(network: nn.Module, examples: Labelled, schema: Schema) -> Points:
    """The first five classes of some examples."""
    names, few = expect_classes(schema, "fewshot").names, torch.unique(examples.y)[: ways(examples.y)]
    rows = torch.isin(examples.y, few)
    y = torch.searchsorted(few, examples.y[rows])
    return plane_of(embedded(network, examples[rows]), y, tuple(names[each] for each in few.tolist()))


def plane_of(z: Tensor, y: Tensor, names: tuple[str, ...]) -> Points:
    """Embedded examples, and their prototypes as a class of their own."""
    both = torch.cat([z, class_centres(z, y, len(names))])
    classes = torch.cat([y, torch.full((len(names),), len(names))])
    flat = plane(both)
    labels = ("first principal direction", "second principal direction")
    names = (*names, "prototype")
    return Points("Embedded examples and prototypes", flat[:, 0], flat[:, 1], *labels, classes=classes, names=names)


def episode(examples: Labelled) -> Images:
    """An episode of five classes: the one example that each is known by, then up to seven to be told."""
    least, way = int(torch.unique(examples.y, return_counts=True)[1].min()), ways(examples.y)
    rows = Tasks(examples.y, way=way, shot=1, queries=min(7, least - 1)).rows_of(stream(0, "sampling"))
    captions = tuple(
        f"{'support' if place == 0 else 'query'} {number + 1}"
        for number in range(way)
        for place in range(rows.shape[1])
    )
    return Images("One episode", examples.x[rows].flatten(0, 1), captions)
