"""Learning from texts that run on from batch to batch: the state is carried over, the gradient is not."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.recurrent import State
from etude.learners.base import Learner
from etude.models.char_rnn import CharRNN
from etude.objectives.precision import is_half
from etude.optim import Optimizer
from etude.records import Stream
from etude.types import Logs, Loss


class StreamLearner(Learner[Stream]):
    """Truncated backpropagation through time (Williams and Peng 1990, doi:10.1162/neco.1990.2.4.490).

    Each batch goes on from the state in which the last one ended, so the network may know what stood far back; the
    gradient ends at the edge of the batch. The state is a buffer: a resumed training reads on where it stopped.
    """

    state: State

    def __init__(
        self, model: CharRNN, optimizer: Optimizer, *, size: int, precision: Literal["float32", "bfloat16"]
    ) -> None:
        """`size` texts run side by side."""
        super().__init__()
        self.model = model
        self.optimizer = optimizer
        self.register_buffer("state", model.zero_state(size))
        self.is_half = is_half(precision, self.state.device.type)

    @property
    def network(self) -> nn.Module:
        return self.model

    def update(self, batch: Stream) -> Logs:
        with torch.autocast(self.state.device.type, torch.bfloat16, enabled=self.is_half):
            loss, state = self.read(batch)
        logs: Logs = {"loss": self.optimizer.minimize([loss])}
        self.state.copy_(state)
        return logs

    def read(self, batch: Stream) -> tuple[Loss, Tensor]:
        """The mean of -log p(y_t | all before) over the batch, and the state behind it, cut off from the gradient."""
        state = self.state * batch.goes_on[:, None]
        logits, state = self.model(batch.x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), batch.y.flatten())
        return Loss(loss, batch.y.numel()), state.detach()
