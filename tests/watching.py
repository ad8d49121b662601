"""A training at which somebody looks."""

from pathlib import Path

import torch

from etude.inside.layers import own
from etude.inside.rehearsal import layers
from etude.training.experiment import Recipe
from etude.training.fit import Event
from etude.training.phases import train
from etude.verbs.train import start
from etude.web.live import LiveTraining
from etude.web.wire import packed


def watched_in(name: str, recipe: Recipe, folder: Path) -> dict[str, torch.Tensor]:
    """The last learner of a training at which somebody looked after the second update of each phase."""
    experiments, run = start(name, recipe, run_name="watched", out=folder)
    live = LiveTraining(run, stop=lambda: None)
    for event in train(live.follow(experiments), run):
        if event.step == 2:
            look(live, event)
    assert live.experiment is not None
    state: dict[str, torch.Tensor] = live.experiment.learner.state_dict()
    return state


def look(live: LiveTraining, event: Event) -> None:
    """A view, the inside, the data, the first, the middle and the last layer, and one that attends or keeps states."""
    assert live.experiment is not None
    figures = [
        live.look(lambda name=name: {name: live.view(name)}, now=True) for name in list(live.experiment.views)[:1]
    ]  # type: ignore[misc]
    figures += [live.look(look, now=True) for look in (live.inside, live.data, live.latest)]
    live.between(event, stopped=lambda: False)
    seen = live.rehearsal()
    shown = [each for each in layers(live.experiment.learner) if each in seen.passages or own(seen, each)]
    closer = [name for name, passage in seen.passages.items() if passage.closer is not None][-1:]
    for layer in (shown[0], shown[len(shown) // 2], shown[-1], *closer):
        figures.append(live.look(lambda layer=layer: live.layer(layer, now=True), now=True))  # type: ignore[misc]
    live.between(event, stopped=lambda: False)
    for figure in figures:
        assert len(packed(figure.result(timeout=0))) >= 8
