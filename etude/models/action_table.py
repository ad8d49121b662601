"""A table of what each action is worth in each state."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ActionTable(nn.Module):
    """Q(s, a) as numbers of its own for every pair, 0 at first; a state is seen as a one-hot vector."""

    def __init__(self, states: int, actions: int) -> None:
        super().__init__()
        self.values = nn.Parameter(torch.zeros(states, actions, dtype=torch.float64), requires_grad=False)

    def forward(self, x: Float[Tensor, "batch state"]) -> Float[Tensor, "batch action"]:
        return x.to(self.values.dtype) @ self.values
