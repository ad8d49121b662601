"""How the tags of a sentence are scored: together, as a conditional random field, or each by itself."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

FORBIDDEN = -1e4
"""score of a step that must not be taken; its probability is 0 in float32"""


class Chain(nn.Module):
    """A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001; Lample et al. 2016, section 2.2).

    s(X, y) = sum_t P_{t, y_t} + sum_t A_{y_t, y_{t+1}}, with a score for the first tag and one for the last; P are the
    emissions, and p(y | X) = exp(s(X, y) - log Z(X)) (eq. 1). Every sentence has at least one token, and its `visible`
    positions come first; no padding is ever scored.
    """

    forbidden: Tensor

    def __init__(self, tags: int, *, forbidden: Bool[Tensor, "before after"], first: Bool[Tensor, " tag"]) -> None:
        """`forbidden` steps are never taken, and no sentence begins with a tag of `first`."""
        super().__init__()
        self.steps = nn.Parameter(torch.empty(tags, tags).uniform_(-0.1, 0.1))
        self.start = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.end = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.register_buffer("forbidden", torch.cat([forbidden, first[None]]) * FORBIDDEN, persistent=False)

    @property
    def transitions(self) -> Float[Tensor, "before after"]:
        """A: from one tag to the next."""
        return self.steps + self.forbidden[:-1]

    @property
    def beginning(self) -> Float[Tensor, " tag"]:
        """Scores of the first tag."""
        return self.start + self.forbidden[-1]

    def score(
        self,
        emissions: Float[Tensor, "batch time tag"],
        visible: Bool[Tensor, "batch time"],
        y: Int[Tensor, "batch time"],
    ) -> Float[Tensor, " batch"]:
        """s(X, y); what `y` holds at invisible positions does not matter."""
        y = y.masked_fill(~visible, 0)
        said = emissions.gather(2, y[:, :, None])[:, :, 0]
        steps = self.transitions[y[:, :-1], y[:, 1:]]
        last = y.gather(1, visible.sum(dim=1, keepdim=True) - 1)[:, 0]
        inner = (said * visible).sum(dim=1) + (steps * visible[:, 1:]).sum(dim=1)
        return inner + self.beginning[y[:, 0]] + self.end[last]

    def log_partition(
        self, emissions: Float[Tensor, "batch time tag"], visible: Bool[Tensor, "batch time"]
    ) -> Float[Tensor, " batch"]:
        """log Z(X), the log of the sum of exp(s) over all sequences of tags, by the forward algorithm."""
        alpha = self.beginning + emissions[:, 0]  # log-sum of all beginnings that end in each tag
        for t in range(1, emissions.shape[1]):
            grown = (alpha[:, :, None] + self.transitions).logsumexp(dim=1) + emissions[:, t]
            alpha = torch.where(visible[:, t, None], grown, alpha)
        return (alpha + self.end).logsumexp(dim=1)

    def surprise(
        self,
        emissions: Float[Tensor, "batch time tag"],
        visible: Bool[Tensor, "batch time"],
        y: Int[Tensor, "batch time"],
    ) -> Float[Tensor, " batch"]:
        """-log p(y | X) of each sentence, in nats."""
        return self.log_partition(emissions, visible) - self.score(emissions, visible, y)

    def best(
        self, emissions: Float[Tensor, "batch time tag"], visible: Bool[Tensor, "batch time"]
    ) -> Int[Tensor, "batch time"]:
        """The most probable sequence of tags, by the algorithm of Viterbi (1967); 0 at invisible positions."""
        score, came_from = self.beginning + emissions[:, 0], []
        stay = torch.arange(emissions.shape[2], device=emissions.device)
        for t in range(1, emissions.shape[1]):
            top, origin = (score[:, :, None] + self.transitions).max(dim=1)
            score = torch.where(visible[:, t, None], top + emissions[:, t], score)
            came_from.append(torch.where(visible[:, t, None], origin, stay))
        tag = (score + self.end).argmax(dim=1, keepdim=True)
        path = [tag]
        for origin in reversed(came_from):
            tag = origin.gather(1, tag)
            path.append(tag)
        return torch.cat(path[::-1], dim=1).masked_fill(~visible, 0)

    def marginals(
        self, emissions: Float[Tensor, "batch time tag"], visible: Bool[Tensor, "batch time"]
    ) -> Float[Tensor, "batch time tag"]:
        """p(y_t = k | X): the gradient of log Z by the emissions, which is what the backward algorithm computes."""
        with torch.enable_grad():
            leaf = emissions.detach().requires_grad_()
            (gradient,) = torch.autograd.grad(self.log_partition(leaf, visible).sum(), leaf)
        return gradient


class Independent(nn.Module):
    """Each tag by itself: a softmax at each position, which knows nothing of its neighbours' tags."""

    def surprise(
        self,
        emissions: Float[Tensor, "batch time tag"],
        visible: Bool[Tensor, "batch time"],
        y: Int[Tensor, "batch time"],
    ) -> Float[Tensor, " batch"]:
        """-log p(y | X) of each sentence, in nats."""
        said = emissions.log_softmax(dim=2).gather(2, y.masked_fill(~visible, 0)[:, :, None])[:, :, 0]
        return -(said * visible).sum(dim=1)

    def best(
        self, emissions: Float[Tensor, "batch time tag"], visible: Bool[Tensor, "batch time"]
    ) -> Int[Tensor, "batch time"]:
        """The most probable tag at each position; 0 at invisible ones."""
        return emissions.argmax(dim=2).masked_fill(~visible, 0)

    def marginals(
        self, emissions: Float[Tensor, "batch time tag"], visible: Bool[Tensor, "batch time"]
    ) -> Float[Tensor, "batch time tag"]:
        """p(y_t = k | X)."""
        return emissions.softmax(dim=2) * visible[:, :, None]
