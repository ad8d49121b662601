"""Boltzmann machines against enumeration, scikit-learn and each other."""

import numpy as np
import pytest
import torch
from sklearn.neural_network import BernoulliRBM

from etude.evaluation.energies import pseudo_likelihood
from etude.evaluation.partition import annealed_log_partition, exact_log_partition, states
from etude.learners.energy import ContrastiveDivergence, Persistent
from etude.models.rbm import RBM, start_biases
from etude.optim import Optimizer, sgd
from etude.records import Inputs, Labelled


def machine(visible: int, hidden: int, *, scale: float = 1.0) -> RBM:
    rbm = RBM(visible, hidden)
    for each in rbm.parameters():
        torch.nn.init.normal_(each, std=scale)
    return rbm


def energy(rbm: RBM, v: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    return -v @ rbm.visible_bias - h @ rbm.hidden_bias - (v @ rbm.weight * h).sum(dim=1)


def test_free_energy_sums_the_hidden_units_away() -> None:
    rbm = machine(4, 3)
    for v in states(4).float():
        every = states(3).float()
        total = torch.logsumexp(-energy(rbm, v.expand(8, -1), every), dim=0)
        torch.testing.assert_close(-rbm.free_energy(v[None])[0], total)


def test_conditionals_are_those_of_the_joint_distribution() -> None:
    rbm = machine(3, 2)
    v, h = states(3).float().repeat_interleave(4, 0), states(2).float().repeat(8, 1)
    joint = torch.softmax(-energy(rbm, v, h), dim=0).reshape(8, 4)
    of_v = joint.sum(dim=1, keepdim=True)
    torch.testing.assert_close(rbm.hidden_given(states(3).float()), joint @ states(2).float() / of_v)
    of_h = joint.sum(dim=0)[:, None]
    torch.testing.assert_close(rbm.visible_given(states(2).float()), joint.T @ states(3).float() / of_h)


@pytest.mark.parametrize(("visible", "hidden"), [(4, 6), (6, 4)])
def test_partition_function_is_the_sum_over_all_states(visible: int, hidden: int) -> None:
    rbm = machine(visible, hidden)
    every = torch.logsumexp(-rbm.free_energy(states(visible).float()), dim=0)
    assert exact_log_partition(rbm) == pytest.approx(float(every.detach()), abs=1e-5)


def test_annealing_comes_within_a_tenth_of_a_nat() -> None:
    rbm = machine(40, 16, scale=0.5)
    estimate, error = annealed_log_partition(rbm, rbm.visible_bias.detach())
    assert abs(estimate - exact_log_partition(rbm)) < 0.1
    assert error < 0.1


def test_too_many_states_are_not_counted() -> None:
    with pytest.raises(ValueError, match="too many"):
        exact_log_partition(RBM(30, 30))


def learner_of(rbm: RBM) -> ContrastiveDivergence:
    optimizer = Optimizer(sgd(rbm.parameters(), rate=0.1))
    return ContrastiveDivergence(rbm, optimizer, features=torch.clone, steps=1, decay=0.0)


def test_gradient_on_the_models_own_distribution_is_that_of_the_likelihood() -> None:
    """With every state as often as the model says in place of the dream, the rule is exact maximum likelihood."""
    rbm = machine(4, 3)
    data = torch.tensor([[1.0, 0, 1, 1], [0, 0, 1, 0], [1, 1, 0, 1]])
    every = states(4).float()
    nll = rbm.free_energy(data).mean() + torch.logsumexp(-rbm.free_energy(every), dim=0)
    exact = torch.autograd.grad(nll, list(rbm.parameters()))
    shares = torch.softmax(-rbm.free_energy(every), dim=0).detach()
    gap = rbm.free_energy(data).mean() - (shares * rbm.free_energy(every)).sum()
    for mine, true in zip(torch.autograd.grad(gap, list(rbm.parameters())), exact, strict=True):
        torch.testing.assert_close(mine, true)


def test_update_equals_scikit_learns_on_the_same_dream(monkeypatch: pytest.MonkeyPatch) -> None:
    """One PCD step of BernoulliRBM from the same weights, data and chain."""
    rbm = machine(6, 4)
    data, chain = torch.bernoulli(torch.full((5, 6), 0.5)), torch.bernoulli(torch.full((5, 6), 0.5))
    theirs = BernoulliRBM(n_components=4, learning_rate=0.1)
    theirs.components_ = rbm.weight.detach().numpy().T.copy()
    theirs.intercept_hidden_ = rbm.hidden_bias.detach().numpy().copy()
    theirs.intercept_visible_ = rbm.visible_bias.detach().numpy().copy()
    theirs.h_samples_ = np.zeros((5, 4))
    monkeypatch.setattr(theirs, "_sample_visibles", lambda h, rng: chain.numpy())
    theirs._fit(data.numpy(), np.random.RandomState(0))
    learner = learner_of(rbm)
    monkeypatch.setattr(learner, "dream", lambda data: chain)
    learner.update(Inputs(data))
    np.testing.assert_allclose(rbm.weight.detach().T, theirs.components_, atol=1e-6)
    np.testing.assert_allclose(rbm.hidden_bias.detach(), theirs.intercept_hidden_, atol=1e-6)
    np.testing.assert_allclose(rbm.visible_bias.detach(), theirs.intercept_visible_, atol=1e-6)


def two_patterns(n: int = 200) -> torch.Tensor:
    return torch.tensor([[1.0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])[torch.arange(n) % 2]


def exact_nats(rbm: RBM, v: torch.Tensor) -> float:
    return float(rbm.free_energy(v).mean().detach()) + exact_log_partition(rbm)


def taught(*, persistent: bool, rate: float, updates: int) -> float:
    """How unlikely the two patterns are to a machine afterwards, in nats; ln 2 = 0.69 would be perfect."""
    rbm, data = RBM(6, 4), two_patterns()
    start_biases(rbm, data.mean(dim=0))
    optimizer = Optimizer(sgd(rbm.parameters(), rate=rate))
    if persistent:
        kind = Persistent(rbm, optimizer, features=torch.clone, steps=1, decay=0.0, chains=100)
    else:
        kind = ContrastiveDivergence(rbm, optimizer, features=torch.clone, steps=1, decay=0.0)
    for _ in range(updates):
        kind.update(Inputs(data))
    return exact_nats(rbm, data)


def test_contrastive_divergence_learns_two_patterns() -> None:
    assert taught(persistent=False, rate=0.2, updates=500) < 1.2


def test_persistent_chains_want_a_small_rate() -> None:
    """The pitfall: when the weights move faster than the chains, all dreams sit in one pattern and chase it away."""
    slow, fast = taught(persistent=True, rate=0.02, updates=1200), taught(persistent=True, rate=0.5, updates=500)
    assert slow < 1.8
    assert fast > slow + 0.5


def test_pseudo_likelihood_of_independent_units_is_their_likelihood() -> None:
    rbm = RBM(4, 3)
    torch.nn.init.zeros_(rbm.weight)
    torch.nn.init.normal_(rbm.visible_bias)
    x = torch.full((4000, 1, 2, 2), 127, dtype=torch.uint8)
    nats = pseudo_likelihood(rbm, Labelled(x, torch.zeros(4000, dtype=torch.int64))).mean()
    exact = torch.nn.functional.softplus(rbm.visible_bias).sum() - (127 / 255) * rbm.visible_bias.sum()
    assert abs(float(nats) - float(exact.detach())) < 0.1


def test_chains_of_a_persistent_machine_go_on() -> None:
    rbm = machine(6, 4)
    learner = Persistent(
        rbm, Optimizer(sgd(rbm.parameters(), rate=0.1)), features=lambda x: x, steps=1, decay=0.0, chains=10
    )
    before = learner.chains.clone()
    learner.update(Inputs(two_patterns(4)))
    assert not torch.equal(learner.chains, before)
    assert "chains" in learner.state_dict()
