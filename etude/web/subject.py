"""What the page looks into: a network and the data that it learns from, of now or of a run that is over."""

from abc import ABC, abstractmethod
from typing import Any

from etude.data.splits import Splits
from etude.errors import UsageError, nearest
from etude.figures import Figure
from etude.inside.closer import doing_figures
from etude.inside.copies import near_figure
from etude.inside.data import data_figures
from etude.inside.layers import network_figure, step_figure, weight_figures
from etude.inside.rehearsal import Rehearsal, layers
from etude.inside.summits import summit_figures
from etude.inside.words import standing_out
from etude.training.experiment import Experiment
from etude.verbs.trained import Trained


class Subject(ABC):
    """Everything that both show in the same way."""

    experiment: Experiment[Any] | None
    batch: Any
    """of which `rehearsal` makes something"""
    summits: dict[str, dict[str, Figure]]
    """what the units of the layer are after that somebody looked at last"""
    playing: bool
    """whether a training waits while somebody looks"""

    @abstractmethod
    def answering(self) -> Trained:
        """The network as it is now, ready to answer."""

    @abstractmethod
    def rehearsal(self) -> Rehearsal:
        """What a batch makes of a copy of the network."""

    @property
    def splits(self) -> Splits[Any] | None:
        """The data that it learns from; None where there are none, or none yet."""
        return self.experiment.splits if self.experiment is not None else None

    def layers(self) -> dict[str, str]:
        """The kinds of the layers that can be looked at, by their paths."""
        assert self.experiment is not None
        return {name: type(each).__name__ for name, each in layers(self.experiment.learner).items()}

    def inside(self) -> dict[str, Figure]:
        """What stands out, the layers, and how far an update moves each parameter where updates are made."""
        seen = self.rehearsal()
        found: dict[str, Figure] = {"words": standing_out(seen), "layers": network_figure(seen)}
        return found | ({"steps": step_figure(seen)} if seen.moves else {})

    def layer(self, name: str, *, now: bool) -> dict[str, Figure]:
        """What one layer says, and its weights; what its units are after, if somebody has just asked for it."""
        seen = self.rehearsal()
        schema = self.splits.schema if self.splits is not None else None
        does, weights = doing_figures(seen, name, schema=schema, batch=self.batch), weight_figures(seen, name)
        if not does and not weights:
            known = [*seen.passages, *{parameter.rpartition(".")[0] for parameter in seen.changes}]
            raise UsageError("E-LAYER", f"nothing passes through a layer {name!r}{nearest(name, known)}")
        if now and self.experiment is not None and schema is not None:
            self.summits = {name: summit_figures(self.experiment.learner, seen, name, schema)}
        return does | self.summits.get(name, {}) | weights

    def data(self) -> dict[str, Figure]:
        """What is learnt from."""
        return data_figures(self.splits) if self.splits is not None else {}

    def copies(self) -> dict[str, Figure]:
        """Examples that nearly stand in two parts."""
        figure = near_figure(self.splits) if self.splits is not None else None
        return {"near copies": figure} if figure is not None else {}
