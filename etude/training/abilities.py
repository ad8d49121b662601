"""What a recipe can do beside training, where it makes sense: methods that the verbs look for by these names.

A recipe whose examples have one answer each needs none of them for `evaluate` and `predict`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from torch import nn

from etude.data.augment import Augmentation
from etude.evaluation.answers import Answers
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.schema import Schema
from etude.training.experiment import Experiment

PartName: TypeAlias = Literal["test", "valid", "train"]


@runtime_checkable
class Judging(Protocol):
    """It scores its network by rules of its own: language models, generators, agents."""

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        """How good `network` is on one part of the data of `experiment`."""
        ...


@runtime_checkable
class Generating(Protocol):
    """Its network makes new examples."""

    wishes: ClassVar[type[Any]]
    """a frozen dataclass with a default and a sentence for each field: the flags of `etude generate`"""

    def generate(self, network: nn.Module, schema: Schema, wish: Any) -> Figure:
        """New examples, as `wish`, one of `wishes`, wants them."""
        ...


@runtime_checkable
class Answering(Protocol):
    """It answers in a way of its own: a translation, tags, a path through a graph."""

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """What `network` says of each of `inputs`: files, or the texts themselves where there is no such file."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """It can show why its network answers as it does."""

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """Figures by name for each of `inputs`: files, texts, or names of things that the training knew."""
        ...


@runtime_checkable
class Augmenting(Protocol):
    """It changes its pictures by chance before it learns from them, as strongly as some of its fields say."""

    strengths: ClassVar[Mapping[str, int]]
    """field -> the greatest value that is worth a look; 0 changes nothing"""

    def augmentation(self) -> Augmentation:
        """What changes a batch."""
        ...
