"""Rosenblatt's rule: change the weights only after a mistake."""

import torch
from torch import Tensor, nn

from etude.learners.base import Learner
from etude.records import Labelled
from etude.types import Logs


class PerceptronRule(Learner[Labelled]):
    """Rosenblatt 1958 (doi:10.1037/h0042519): w += rate t x and b += rate t wherever t (w x + b) <= 0, t = +-1.

    On separable data the number of mistakes is at most (R / margin)^2 (Novikoff 1962), R the largest norm of an
    example with a 1 appended; on other data it never ends. Examples are taken one at a time, in the order of the
    batch. `features` standardises the inputs and learns nothing.
    """

    mistakes: Tensor

    def __init__(self, features: nn.Module, score: nn.Linear, *, rate: float = 1.0) -> None:
        """From weights of 0 the rate scales the weights, and changes no answer."""
        super().__init__()
        self.rate = rate
        self.score = score
        self.model = nn.Sequential(features, score, nn.Flatten(0))  # (batch,): one score for each example
        self.register_buffer("mistakes", torch.zeros((), dtype=torch.int64))

    @property
    def network(self) -> nn.Module:
        return self.model

    @torch.no_grad()
    def update(self, batch: Labelled) -> Logs:
        x, sign = self.model[0](batch.x), 2 * batch.y.to(self.score.weight.dtype) - 1
        for example, answer in zip(x, sign, strict=True):
            wrong = (answer * self.score(example) <= 0).to(x.dtype)  # 0 or 1, without waiting for the device
            self.score.weight += self.rate * (wrong * answer * example)
            self.score.bias.add_(self.rate * (wrong[0] * answer))
            self.mistakes += wrong.squeeze().long()
        return {"mistakes": self.mistakes.clone()}
