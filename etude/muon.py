"""Muon: momentum whose matrices are made orthogonal before each step."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, overload

import torch
from jaxtyping import Float
from torch import Tensor, nn

QUINTIC = (3.4445, -4.7750, 2.0315)
"""a, b, c of s -> a s + b s^3 + c s^5, chosen by Jordan for a steep start at 0, not for an end at exactly 1"""
ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Momentum orthogonalised by Newton-Schulz (Jordan et al. 2024, kellerjordan.github.io/posts/muon).

    The hidden matrices among `parameters` (two axes or more; filters are flattened to output x rest) go by Muon. What
    has one axis, and all of `by_adam`, where the embeddings and the output layer belong, goes by AdamW. `rate` is in
    units of spectral norm, multiplied by sqrt(rows / columns) for tall matrices; matrices of one shape are one batch.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        *,
        by_adam: Iterable[nn.Parameter] = (),
        rate: float = 0.02,
        adam_rate: float = 3e-4,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        """`weight_decay` is decoupled and spares what has one axis; `parameters` may contain those of `by_adam`."""
        everything, kept = list(parameters), list(by_adam)
        known, told = {id(each) for each in everything}, {id(each) for each in kept}
        everything += [each for each in kept if id(each) not in known]
        hidden = [each for each in everything if each.ndim >= 2 and id(each) not in told]
        outer = [each for each in everything if each.ndim >= 2 and id(each) in told]
        flat = [each for each in everything if each.ndim < 2]
        self.adam = torch.optim.AdamW(
            [{"params": outer, "weight_decay": weight_decay}, {"params": flat, "weight_decay": 0.0}],
            lr=adam_rate,
            fused=True,
        )
        muon = {"params": hidden, "lr": rate, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__([muon, *self.adam.param_groups], {})

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One update; a `closure` is not supported."""
        if closure is not None:
            raise ValueError("Muon takes no closure: call backward() first")
        muon, *adam = self.param_groups
        for matrices in by_shape(muon["params"]):
            self.turn(matrices, muon)
        # load_state_dict replaces these two, so AdamW is shown them at every step
        self.adam.param_groups, self.adam.state = adam, self.state
        self.adam.step()
        return None

    def turn(self, matrices: list[nn.Parameter], group: dict[str, Any]) -> None:
        """Momentum as Nesterov's, orthogonalised, one step down, for matrices of one shape."""
        updates = torch.stack([self.momentum(each, group["momentum"]).flatten(1) for each in matrices])
        rows, columns = updates.shape[1:]
        step = group["lr"] * max(1.0, rows / columns) ** 0.5
        for matrix, update in zip(matrices, orthogonalised(updates), strict=True):
            matrix.mul_(1 - group["lr"] * group["weight_decay"])
            matrix.add_(update.view(matrix.shape), alpha=-step)

    def momentum(self, matrix: nn.Parameter, beta: float) -> Tensor:
        """The gradient mixed with its running mean, which moves on."""
        gradient = matrix.grad
        assert gradient is not None
        state = self.state[matrix]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        mixed: Tensor = gradient.lerp(state["momentum_buffer"].lerp_(gradient, 1 - beta), beta)
        return mixed


def by_shape(matrices: Iterable[nn.Parameter]) -> Iterable[list[nn.Parameter]]:
    """Those that have a gradient, together with their equals in shape and type once flattened to two axes."""
    groups: dict[tuple[object, ...], list[nn.Parameter]] = defaultdict(list)
    for each in matrices:
        if each.grad is not None:
            groups[len(each), each[0].numel(), each.dtype, each.device].append(each)
    return groups.values()


def orthogonalised(matrices: Float[Tensor, "matrix row column"]) -> Float[Tensor, "matrix row column"]:
    """U S' V^T for every U S V^T, where the singular values S' lie between about 0.7 and 1.2 instead of at 1.

    Newton-Schulz iteration, in bfloat16 where the graphics card is fast at it, else in the precision given. Singular
    values that are tiny beside the matrix's Frobenius norm (under 1e-3 of it) come out smaller.
    """
    a, b, c = QUINTIC
    tall = matrices.shape[1] > matrices.shape[2]
    x: Tensor = matrices.mT if tall else matrices
    x = x.bfloat16() if x.is_cuda else x
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)  # so that no singular value is above 1
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.mT if tall else x).to(matrices.dtype)
