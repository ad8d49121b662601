"""Bugs in the network: what forward() does, and how the weights begin."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.batches import shuffled
from etude.data.splits import Splits
from etude.learners.base import GradientLearner
from etude.objectives.language import next_token
from etude.optim import Optimizer, adam
from etude.records import Tokens
from etude.training.experiment import Experiment
from tests.zoo.healthy import BATCH, STEPS, WIDTH, Change, Through, network, training


def through(function: object) -> Change:
    """The healthy network, in which something is done to the inputs."""
    return lambda: training(nn.Sequential(Through(function), *network()))  # type: ignore[arg-type]


def begun(start: object) -> Change:
    """The healthy network with other first weights."""

    def made() -> Experiment[object]:
        model = network()
        for layer in model:
            if isinstance(layer, nn.Linear):
                start(layer)  # type: ignore[operator]
        return training(model)  # type: ignore[return-value]

    return made


def constant(value: float) -> object:
    """All weights alike."""

    def start(layer: nn.Linear) -> None:
        nn.init.constant_(layer.weight, value)
        nn.init.zeros_(layer.bias)

    return start


class Forgetful(nn.Module):
    """It has a layer that forward() does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.forgotten = network(), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.used(x)
        return answer


class Listed(nn.Module):
    """Its hidden layers are in a list, where nobody finds them."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.hidden = [nn.Linear(WIDTH, 16), nn.Linear(16, 16)]
        self.last = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.hidden:
            x = layer(x).relu()
        answer: Tensor = self.last(x)
        return answer


class Cut(nn.Module):
    """The first layers are asked without gradients."""

    def __init__(self, whole: bool) -> None:
        super().__init__()
        self.body, self.whole = network(), whole

    def forward(self, x: Tensor) -> Tensor:
        if self.whole:
            with torch.no_grad():
                answer: Tensor = self.body(x)
                return answer
        answer = self.body[4](self.body[:4](x).detach())
        return answer


def without_gradients() -> Experiment[object]:
    """A leftover of an evaluation."""
    return training(Cut(whole=True))  # type: ignore[return-value]


class Reader(nn.Module):
    """A small language model whose attention looks everywhere."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.places = nn.Embedding(12, 16), nn.Embedding(10, 16)
        self.attend = nn.MultiheadAttention(16, 2, batch_first=True)
        self.last = nn.Linear(16, 12)

    def forward(self, x: Tensor) -> Tensor:
        states = self.embed(x) + self.places(torch.arange(x.shape[1]))
        answer: Tensor = self.last(states + self.attend(states, states, states, need_weights=False)[0])
        return answer


def sees_the_future() -> Experiment[Tokens]:
    """No causal mask."""
    ids = torch.randint(12, (64, 11), generator=torch.Generator().manual_seed(0))
    part = Tokens(ids[:, :-1], ids[:, 1:])
    model = Reader()
    rows = torch.arange(64)
    return Experiment(
        GradientLearner(model, next_token, Optimizer(adam(model.parameters(), rate=3e-3))),
        lambda start: shuffled(part, BATCH, seed=0, start=start),
        STEPS,
        splits=Splits(part, part, part, training().splits.schema, (rows, rows, rows), "", (), ""),  # type: ignore[union-attr]
    )


def deep_sigmoids() -> Experiment[object]:
    """Thirty layers through which no gradient comes."""
    torch.manual_seed(0)
    hidden = [layer for _ in range(30) for layer in (nn.Linear(16, 16), nn.Sigmoid())]
    return training(nn.Sequential(nn.Linear(WIDTH, 16), *hidden, nn.Linear(16, 3)))  # type: ignore[return-value]


def overwritten(x: Tensor) -> Tensor:
    """What exp() needs for its gradient is changed."""
    grown = (0.1 * x).requires_grad_().exp()
    grown -= 1
    return grown


BUGS: dict[str, tuple[str, Change]] = {
    "the mean of the batch is taken away": ("W-BATCH-MIXED", through(lambda x: x - x.mean(0))),
    "a reshape in the wrong order": ("W-BATCH-MIXED", through(lambda x: x.reshape(x.shape[1], -1).T)),
    "a softmax over the examples": ("W-BATCH-MIXED", through(lambda x: 8 * x.softmax(dim=0) * x)),
    "examples and features mixed by a view": ("W-BATCH-MIXED", through(lambda x: x.T.reshape(x.shape))),
    "dropout that stays on": ("W-EVAL-CHANCE", through(lambda x: F.dropout(x, 0.3))),
    "noise that stays on": ("W-EVAL-CHANCE", through(lambda x: x + torch.randn_like(x))),
    "a layer that forward() forgets": ("W-GRAD-NONE", lambda: training(Forgetful())),
    "layers in a list": ("W-NOT-REGISTERED", lambda: training(Listed())),
    "detach() in the middle": ("W-GRAD-NONE", lambda: training(Cut(whole=False))),
    "no_grad() around it": ("E-GRAPH-CUT", without_gradients),
    "all weights 0": ("W-SYMMETRY", begun(constant(0.0))),
    "all weights alike": ("W-SYMMETRY", begun(constant(0.1))),
    "biases of -100": ("W-DEAD", begun(lambda layer: nn.init.constant_(layer.bias, -100.0))),
    "large weights before tanh": (
        "W-SATURATED",
        lambda: training(nn.Sequential(Through(lambda x: 1000 * x), nn.Tanh(), *network())),
    ),
    "thirty sigmoids": ("W-GRAD-VANISH", deep_sigmoids),
    "attention without a mask": ("W-FUTURE", sees_the_future),
    "an in-place change": (
        "E-IN-PLACE",
        lambda: training(nn.Sequential(*network()[:2], Through(overwritten), *network()[2:])),
    ),
    "inputs multiplied by 0": ("W-EQUAL-ANSWERS", through(lambda x: 0 * x)),
    "a layer of the wrong width": ("E-SHAPE", through(lambda x: torch.cat([x, x], dim=1))),
}
