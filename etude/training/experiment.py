"""Everything one training needs, built and ready; and the recipe that builds it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal

from torch import nn

from etude.data.splits import Splits
from etude.figures import Figure
from etude.learners.base import Learner
from etude.ranges import Count, Seed
from etude.schema import Schema
from etude.source import Source
from etude.types import B


@dataclass(frozen=True, slots=True)
class Watch:
    """The score by which the best checkpoint is chosen, and how long to wait for a better one."""

    score: str = "valid_loss"
    higher_is_better: bool = False
    patience: int | None = None
    """evaluations without a better score before the training stops; None: train to the end"""


TO_THE_END = Watch("step", higher_is_better=True)
"""for methods whose solution is where they come to rest: the last checkpoint is the best one"""


@dataclass(frozen=True, slots=True)
class Experiment(Generic[B]):
    """One training, built and ready."""

    learner: Learner[B]
    batches: Callable[[int], Iterator[B]]
    """update number -> the batches from that one on; they may depend on the learner (reinforcement learning)"""
    steps: int
    """updates"""
    evaluate: Callable[[], dict[str, float]] = dict
    """the scores of the network of now on the validation part"""
    evaluate_every: int = 100
    """updates between two evaluations; the last update is always followed by one"""
    log_every: int = 10
    """updates between two rows of the curves"""
    epoch_steps: int | None = None
    """updates that see every training example once; None where the word means nothing"""
    watch: Watch = field(default_factory=Watch)
    splits: Splits[Any] | None = None
    """the data that the run describes and later evaluates on; None where the batches come from elsewhere"""
    schema: Schema | None = None
    """what goes in and comes out, where there are no `splits` to say it: an environment"""
    views: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    """name -> what to look at while this trains; drawn into the run folder when it ends"""


@dataclass(frozen=True, slots=True)
class Length:
    """How long to train when nobody says."""

    passes: int = 15
    """over the training part"""
    updates: int = 600
    """at least, so that small data sets are passed over more often"""

    def epochs(self, epoch: int) -> int:
        """Passes over the training part, of `epoch` updates each."""
        return max(self.passes, -(-self.updates // epoch))


@dataclass(frozen=True, kw_only=True)
class Recipe(ABC):
    """A frozen dataclass of hyperparameters that knows how to build its network and its experiments.

    Its fields are the flags of `etude train`, the names in `recipe.json` and the arguments of `etude.train`; the
    docstring under a field is its help. `tiny` holds the values that make it a smoke test.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid", "use_attribute_docstrings": True}
    tiny: ClassVar[dict[str, Any]] = {"steps": 2}
    length: ClassVar[Length] = Length()

    source: Source = Source("digits")
    steps: Count | None = None
    """updates; default: as many as `epochs` make"""
    seed: Seed = 0
    """of all chance: initialisation, order, augmentation and dropout each derive theirs from it"""
    device: str = "auto"
    """cpu, cuda, cuda:1, mps; auto takes the fastest there is"""
    precision: Literal["float32", "bfloat16"] = "float32"
    """of the matrix products; the weights stay float32"""

    @abstractmethod
    def network(self, schema: Schema) -> nn.Module:
        """The untrained network for data of this schema."""

    @abstractmethod
    def experiments(self) -> Iterator[Experiment[Any]]:
        """The trainings, one after the other; each may be built from what the last one learnt."""
