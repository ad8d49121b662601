"""Rows of everything that draws: the distribution that it should have, or why it has no test of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats
import torch
from torch import Tensor, nn

from etude.data import augment
from etude.evaluation import energies, intervals, partition
from etude.layers import crf, dropout, graph, initialise, periodic
from etude.models import bert, diffusion, gan, names, rbm, sentiment, tagger, textcnn, transformer, word2vec
from etude.objectives import restoration
from etude.records import Inputs
from tests.numeric import draws
from tests.numeric import draws_of_data as data
from tests.numeric.chance import Continuous, N, stream
from tests.numeric.draws import SIDE, chances, flat, matrix, normal


@dataclass(frozen=True)
class Sampler:
    """What is drawn in one place of etude."""

    name: str
    draw: Callable[[], Tensor | np.ndarray]
    truth: Continuous | Sequence[float]
    """a distribution of scipy, or the chances of 0, 1, ..."""


GLOROT, WORDS, WIDE = (6 / (2 * SIDE)) ** 0.5, 401, 112
"""the first of so many words is the padding"""
SPHERE = scipy.stats.beta((SIDE - 1) / 2, (SIDE - 1) / 2, -1, 2)
"""one coordinate of a point on the sphere, all of whose points are alike"""
POISSON = [*scipy.stats.poisson(1).pmf(range(5)), scipy.stats.poisson(1).sf(4)]
SIZE = transformer.Size(width=WIDE, heads=1, layers=1, hidden=1, dropout=0.0)
SAMPLERS: tuple[Sampler, ...] = (
    Sampler("layers.crf.Chain", lambda: draws.chain().steps, flat(0.1)),
    Sampler("layers.dropout.Dropout", lambda: dropout.Dropout(0.3)(torch.ones(N)) > 0, [0.3, 0.7]),
    Sampler("layers.graph.glorot", lambda: graph.glorot(SIDE, SIDE), flat(GLOROT)),
    Sampler("layers.initialise.uniform", lambda: matrix(initialise.uniform, bound=0.2), flat(0.2)),
    Sampler("layers.initialise.xavier", lambda: matrix(initialise.xavier), flat(GLOROT)),
    Sampler("layers.initialise.he", lambda: matrix(initialise.he), normal((2 / SIDE) ** 0.5)),
    Sampler("layers.initialise.orthogonal", lambda: matrix(initialise.orthogonal), SPHERE),
    Sampler(
        "layers.periodic.PeriodicFeatures",
        lambda: periodic.PeriodicFeatures(SIDE, waves=SIDE, frequency=0.4).frequencies,
        normal(0.4),
    ),
    Sampler("objectives.diffusion.Denoising[noise]", lambda: draws.denoised()[0], normal()),
    Sampler("objectives.diffusion.Denoising[time]", lambda: draws.denoised()[1], [0.2] * 5),
    Sampler("objectives.diffusion.Denoising[class]", lambda: draws.denoised()[2], [0.1, 0.9]),
    Sampler("objectives.negative_sampling.NegativeSampling", draws.noise_words, [1 / 36, 8 / 36, 27 / 36]),
    Sampler("objectives.restoration.masked", lambda: restoration.masked(torch.ones(N, 1), 0.3, stream()), [0.3, 0.7]),
    Sampler("models.bert.begin", lambda: matrix(lambda layer, _: bert.begin(layer, 0.02)), normal(0.02)),
    Sampler("models.gan.as_dcgan", lambda: matrix(lambda layer, _: gan.as_dcgan(layer)), normal(0.02)),
    Sampler("models.names.small", lambda: names.small(nn.Linear(SIDE, SIDE)).weight, normal(0.01)),
    Sampler("models.gpt.GPT", draws.written, normal(0.02)),
    Sampler("models.rbm.RBM[weights]", lambda: rbm.RBM(SIDE, SIDE).weight, normal(0.01)),
    Sampler("models.rbm.RBM[gibbs]", draws.dreamt, draws.stationary()),
    Sampler(
        "models.sentiment.BiLSTM", lambda: sentiment.BiLSTM(WORDS, 2, width=WIDE, hidden=1).embed.weight[1:], flat(0.1)
    ),
    Sampler(
        "models.tagger.Tagger",
        lambda: tagger.Tagger(WORDS, crf.Independent(), 2, width=WIDE, hidden=1, dropout=0.0).embed.weight[1:],
        flat((3 / WIDE) ** 0.5),
    ),
    Sampler(
        "models.textcnn.TextCNN",
        lambda: textcnn.TextCNN(WORDS, 2, width=WIDE, sizes=(1,), filters=1, dropout=0.0).embed.weight[1:],
        flat(0.25),
    ),
    Sampler(
        "models.transformer.Transformer",
        lambda: transformer.Transformer(WORDS, 5, SIZE).reading.weight[1:],
        normal(WIDE**-0.5),
    ),
    Sampler("models.word2vec.Word2Vec", lambda: word2vec.Word2Vec(SIDE, SIDE).inner, flat(0.5 / SIDE)),
    Sampler("models.diffusion.gaussian", lambda: diffusion.gaussian(torch.zeros(N), stream()), normal()),
    Sampler("models.sampling.draw", draws.tokens, chances()),
    Sampler("models.sampling.draw[temperature]", lambda: draws.tokens(temperature=0.5), chances(0.5)),
    Sampler("models.sampling.draw[top_k]", lambda: draws.tokens(top_k=3), chances(k=3)),
    Sampler("models.sampling.draw[top_p]", lambda: draws.tokens(top_p=0.8), chances(share=0.8)),
    Sampler("models.vae.VAE", draws.coded, normal()),
    Sampler("learners.adversarial.Adversarial", draws.generated, normal()),
    Sampler("learners.adversarial.gradient_penalty", draws.mixed, scipy.stats.uniform()),
    Sampler("learners.energy.Contrastive", draws.contrasted, [0.7, 0.3]),
    Sampler("learners.energy.Persistent", draws.persistent, [0.5, 0.5]),
    Sampler("learners.value.Memory", draws.replayed, [1 / 6] * 6),
    Sampler("environments.streams.chance_of", data.chance_of_steps, scipy.stats.uniform()),
    Sampler("environments.streams.drawn", data.acted, [1 / (1 + np.e), np.e / (1 + np.e)]),
    Sampler("environments.streams.transitions", data.explored, [0.15, 0.85]),
    Sampler(
        "evaluation.energies.binary",
        lambda: energies.binary(Inputs(torch.full((N, 1, 1, 1), 51, dtype=torch.uint8))),
        [0.8, 0.2],
    ),
    Sampler("evaluation.energies.noise", lambda: energies.noise(N, 1, seed=0), [0.5, 0.5]),
    Sampler("evaluation.intervals.PoissonSums", data.tabled, POISSON),
    Sampler(
        "evaluation.intervals.resampled",
        lambda: intervals.resampled(np.array([3, 5]), np.random.default_rng(0), replicas=N)[:, 0],
        scipy.stats.binom(8, 3 / 8).pmf(range(9)).tolist(),
    ),
    Sampler("evaluation.partition.drawn", lambda: partition.drawn(torch.full((N, 1), 0.3), stream()), [0.7, 0.3]),
    Sampler(
        "data.augment.flip", lambda: augment.flip(data.one_pixel(N), stream()).x.flatten(1).argmax(1) == 5, [0.5, 0.5]
    ),
    Sampler("data.augment.shift", data.shifted, [1 / 9] * 9),
    Sampler("data.batches._by_class", data.balanced, [1 / 6, 1 / 6, 1 / 6, 1 / 2]),
    Sampler("data.batches._in_epochs", data.orders, [1 / 24] * 24),
    Sampler("data.bucketed.batch_rows", data.pools, [1 / 24] * 24),
    Sampler("data.corpus.random_windows", data.places, [0.2] * 5),
    Sampler("data.episodes.Tasks", data.supports, [1 / 12] * 12),
    Sampler("data.masking.corrupted", data.masked_words, [0.8, 0.12, 0.08]),
    Sampler("data.masking.masking", data.asked_for, [0.85, 0.15]),
    Sampler("data.views.Changes[shift]", lambda: data.viewed(shift=1).argmax(1), [1 / 3, 1 / 3, 0, 1 / 3]),
    Sampler("data.views.Changes[scale]", lambda: data.viewed(scale=0.5)[:, 0], scipy.stats.uniform(0.5, 1)),
    Sampler("data.views.Changes[shear]", lambda: data.viewed(shear=2.0)[:, 3], flat(1.0)),
    Sampler("data.views.Changes[noise]", lambda: data.viewed(noise=0.7)[:, 1], normal(0.7)),
    Sampler("data.word_corpus.windows", data.reaches, [1 / 3] * 3),
)
ONE_SET = "makes one set of data, always the same; its numbers are compared in tests of data"
A_PART = "takes some rows in an order of torch's, always the same"
WHOLE = "resampling, whose intervals are tested as a whole"
UNTESTED = {
    **dict.fromkeys(("data.clouds.drawn", "data.clouds.swiss_roll", "data.clouds.two_spirals"), ONE_SET),
    **dict.fromkeys(
        (f"data.generated.{each}" for each in ("circles", "gaussians", "moons", "planes", "spiral", "xor")), ONE_SET
    ),
    **dict.fromkeys(("data.mnist1d._draw", "data.mnist1d.mnist1d", "data.characters.varied"), ONE_SET),
    **dict.fromkeys(("data.pair_sets.addition", "data.pair_sets.reversal"), ONE_SET),
    **dict.fromkeys(("data.splits.labelled_rows", "data.splitting._by_class", "data.splitting._by_group"), A_PART),
    **dict.fromkeys(
        (
            "evaluation.baselines.trained",
            "evaluation.probe.probe_curve",
            "inside.copies.some_rows",
            "inside.check.leaks.halves",
        ),
        A_PART,
    ),
    **dict.fromkeys(
        (
            "evaluation.yardstick.Yardstick",
            "inside.neighbours.space_of",
            "learners.policy.PolicyLearner",
            "inside.check.subject.some",
            "inside.doctor.inputs.labels_follow_inputs",
        ),
        A_PART,
    ),
    **dict.fromkeys(
        ("evaluation.episodes.mean_score", "evaluation.intervals.share", "evaluation.words.word_scores"), WHOLE
    ),
    "data.corpus.running_windows": "one offset of an epoch, by torch.randint",
    "evaluation.codes.bounds": "the noise of a VAE, as in models.vae.VAE",
    "evaluation.energies.pseudo_likelihood": "one unit of each example, by torch.randint",
    "evaluation.nodes.spread_answers": "guesses for nodes that nothing reaches, by torch.randint",
    "evaluation.tally.QuantityTally": "which answers a picture shows",
    "evaluation.yardstick.gaussian": "its moments are compared in tests of generation",
    "inside.maximise.maximised": "noise to begin with, by torch.randn",
    "inside.maximise.moves": "shifts by torch.randint",
    "inside.sanity.random_copy": "weights as they might be: normal, with the moments of those there are",
    "models.actor_critic.orthogonal": "by torch's own initialiser",
    "models.diffusion.PointDenoiser": "one row of torch.randn",
    "recipes.vae.drawn": "one row of torch.randn",
    "sklearn.estimator.MultilayerPerceptron": "a seed of scikit-learn's own",
    "sklearn.network.draw_weights": "the weights are those of scikit-learn, to the bit, in tests of sklearn",
    "training.adversarial.drawn": "one row of torch.randn",
    "training.adversarial.with_replacement": "rows by torch.randint",
    "training.diffusion.denoising_loss": "noise by torch.randn, always the same",
    "training.diffusion.film": "noise by torch.randn",
    "training.language.written_texts": "asks for a choice, and draws nothing itself",
}
"""places that draw without a row above"""
