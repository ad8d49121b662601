"""Losses against numbers that others make, where no other test does it."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from torch import nn
from torch.distributions import Categorical

from etude.objectives import classification as classes
from etude.objectives import masked_words, nodes, penalty, policy, precision, regression, sample_weights, tagging
from etude.records import IGNORED, Labelled, Tagged, Tokens, Weighted
from tests.numeric.losses import Fills, Y, graph_batch, guessed, labelled, rollout, tokens_with_answers
from tests.numeric.rows import Says, close, d


def parts_of_a_policy() -> None:
    """The parts of a policy's loss against torch's distributions."""
    logits, batch = d(2, 3), rollout(2)
    theirs = Categorical(logits=logits)
    close(policy.chosen(logits, batch), theirs.log_prob(batch.action))
    loss = policy.total(torch.tensor(0.0), logits, batch.returns + 2, batch=batch, entropy=0.1)
    close(loss.value, 0.5 * 4 - 0.1 * theirs.entropy().mean())
    gain = policy.standardised(d(50))
    close(torch.stack([gain.mean(), gain.std(correction=0)]), [0.0, 1.0], rtol=1e-6, atol=1e-6)
    surrogate = policy.ClippedSurrogate(clip=0.2, entropy=0.0)(Says((logits, batch.returns)), batch)
    ratio = (theirs.log_prob(batch.action) - batch.log_probability).exp()
    gain = torch.tensor([1.0, -1.0], dtype=torch.float64)
    wanted = torch.min(ratio * gain, ratio.clip(0.8, 1.2) * gain).mean()
    close(surrogate.value, -wanted, rtol=1e-6, atol=1e-6)


def penalties() -> None:
    """At scikit-learn's ridge the slope of ours is 0; the absolute weights are summed as NumPy does."""
    x, y = d(30, 2), d(30)
    best = Ridge(alpha=3.0).fit(x.numpy(), y.numpy())
    model = nn.Linear(2, 1).double()
    with torch.no_grad():
        model.weight.copy_(torch.from_numpy(best.coef_[None]))
        model.bias.fill_(best.intercept_)
    network, batch = nn.Sequential(model, nn.Flatten(0)), Labelled(x, y)
    loss = penalty.Penalised(regression.mean_squared_error, 2 * 3.0 / 30)(network, batch)
    for slope in torch.autograd.grad(loss.value, list(model.parameters())):
        close(slope, torch.zeros_like(slope), rtol=0, atol=1e-12)
    plain = regression.mean_squared_error(network, batch).value
    lasso = penalty.Lasso(regression.mean_squared_error, 0.5)(network, batch).value
    close(lasso - plain, 0.5 * np.abs(best.coef_).sum())


def weighted_rows() -> None:
    """At scikit-learn's logistic regression with weights of the examples the slope of ours is 0."""
    x, y, weight = d(40, 2), (torch.rand(40) < 0.4).long(), torch.rand(40, dtype=torch.float64) + 0.5
    best = LogisticRegression(C=1 / 3.0, tol=1e-12, max_iter=1000).fit(x.numpy(), y.numpy(), weight.numpy())
    model = nn.Linear(2, 1).double()
    with torch.no_grad():
        model.weight.copy_(torch.from_numpy(best.coef_))
        model.bias.copy_(torch.from_numpy(best.intercept_))
    objective = sample_weights.SampleWeighted(sample_weights.row_binary_cross_entropy, penalty=3.0)
    loss = objective(nn.Sequential(model, nn.Flatten(0)), Weighted(x, y, weight))
    for slope in torch.autograd.grad(loss.value, list(model.parameters())):
        close(slope, torch.zeros_like(slope), rtol=0, atol=1e-6)
    close(loss.n, weight.sum())


def rows_one_by_one() -> None:
    """Two logits as a binary cross-entropy, and half of NumPy's square."""
    two, y = d(6, 2), torch.tensor([0, 1, 1, 0, 1, 0])
    ours = sample_weights.row_cross_entropy(two, y)
    close(ours, sample_weights.row_binary_cross_entropy(two[:, 1] - two[:, 0], y))
    close(ours, -Categorical(logits=two).log_prob(y))
    close(
        sample_weights.row_half_squared_error(two[:, 0], two[:, 1]),
        np.square(two[:, 0].numpy() - two[:, 1].numpy()) / 2,
    )


def log_likelihoods() -> None:
    """Those of torch's distribution; a Focal of 0 is their mean."""
    logits = d(2, 3)
    ours = classes.log_likelihood(logits, Y)
    close(ours, Categorical(logits=logits).log_prob(Y))
    close(classes.Focal(0.0)(Says(logits), labelled(2)).value, -ours.mean())


def nodes_of_the_batch() -> None:
    """Those rows of the logits, by torch's distribution."""
    logits = d(4, 3)
    theirs = -Categorical(logits=logits[torch.tensor([3, 1])]).log_prob(Y).mean()
    close(nodes.node_cross_entropy(Says(logits), graph_batch(2)).value, theirs)


def next_tokens() -> None:
    """The mean over the positions with an answer, by torch's distribution; nothing asked is nothing lost."""
    logits = d(2, 3, 4)
    chosen = torch.stack([logits[0, 0], logits[0, 2], logits[1, 1]])
    theirs = -Categorical(logits=chosen).log_prob(torch.tensor([1, 2, 0])).mean()
    close(tokens_with_answers(logits), theirs)
    close(guessed(logits), theirs)
    nothing = Tokens(torch.zeros(1, 3).long(), torch.full((1, 3), IGNORED))
    assert masked_words.masked_words(Fills(logits[:1]), nothing).value == 0


def tags_of_words() -> None:
    """The sum of all sentences over all their words."""
    y = torch.tensor([[0, 1], [2, IGNORED]])
    batch = Tagged(torch.ones(2, 2).long(), torch.zeros(2, 2, 1, dtype=torch.uint8), y)
    loss = tagging.tag_surprise(Says(torch.tensor([1.0, 2.0])), batch)
    close(loss.value, 1.0)
    assert loss.n == 3


def whole_precision() -> None:
    """Without half precision it is the objective, to the bit."""
    logits = torch.randn(2, 3)
    half = precision.Autocast(classes.cross_entropy, "cpu", "float32")
    assert half(Says(logits), labelled(2)).value == classes.cross_entropy(Says(logits), labelled(2)).value
