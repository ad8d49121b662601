"""MNIST-1D, made as its paper says: ten short curves, each padded, stretched, scaled, moved, blurred and sheared.

Greydanus and Kobak 2020 (arXiv:2011.14439), section 2; the numbers of the published set, seed 42 included, so that
these are the very examples on which its results were reported.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Int

from etude.data.raw import RawSignals

Curves: TypeAlias = Float[np.ndarray, "examples samples"]

SEED = 42
TRAINING_SHARE = 0.8
PADDING = (36, 60)  # zeros behind a template, at least and at most
STRETCHED = 72  # samples after padding and stretching: 12 of the template and 60
SCALE = 0.4
MOVES = 48  # samples, at most
CORRELATED_NOISE = 0.25
CORRELATION = 2.0  # samples, deviation of the Gaussian that blurs the noise
WHITE_NOISE = 0.02
SHEAR = 0.75
LENGTH = 40
MARK = 1e-8  # added to a template, so that a sample of it is never taken for padding

PEN_STROKES = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)


def mnist1d(examples: int = 5000, seed: int = SEED) -> RawSignals:
    """`examples` series of 40 samples, a tenth of each digit; the last fifth is the test part of the publication."""
    chance = np.random.RandomState(seed)
    digits = np.repeat(np.arange(10), examples // 10)
    drawn = [_draw(chance) for _ in digits]
    padding, scales, moves, correlated, white, shears = (np.array(each) for each in zip(*drawn, strict=True))
    curves = _stretched(digits, padding) * (1 + SCALE * (scales - 0.5))[:, None]
    position = (np.arange(STRETCHED) - moves[:, None]) % STRETCHED
    curves = np.take_along_axis(curves, position, axis=1)
    curves = np.where(curves != 0, curves, CORRELATED_NOISE * correlated @ _blur().T) + WHITE_NOISE * white
    curves -= (SHEAR * (shears - 0.5))[:, None] * np.linspace(-0.5, 0.5, STRETCHED)
    curves = _resampled(curves, LENGTH)
    order = chance.permutation(len(digits))
    curves, digits = curves[order], digits[order]
    values = ((curves - curves.mean()) / curves.std()).astype(np.float32)
    part = np.where(np.arange(len(digits)) < int(TRAINING_SHARE * len(digits)), 0, 2).astype(np.int8)
    return RawSignals(values, digits, part)


def _draw(chance: np.random.RandomState) -> tuple[int, float, int, np.ndarray, np.ndarray, float]:
    """The chance of one example, in the order of the publication, on which the values of all later ones depend."""
    low, high = PADDING
    padding = low + int(chance.rand() * (high - low + 1))
    scale = float(chance.rand())
    move = int(chance.choice(MOVES))
    correlated, white = chance.randn(STRETCHED), chance.randn(STRETCHED)
    return padding, scale, move, correlated, white, float(chance.rand())


def _templates() -> Curves:
    strokes = np.array(PEN_STROKES, dtype=np.float64)
    strokes -= strokes.mean(axis=1, keepdims=True)
    strokes /= strokes.std(axis=1, keepdims=True)
    templates: Curves = (strokes - strokes[:, :1]) / 6  # each starts and ends at 0
    return templates


def _stretched(digits: Int[np.ndarray, " examples"], padding: Int[np.ndarray, " examples"]) -> Curves:
    """The template of each digit with its padding, stretched to 72 samples."""
    low, high = PADDING
    templates = _templates() + MARK
    by_padding = [_resampled(np.pad(templates, ((0, 0), (0, zeros))), STRETCHED) for zeros in range(low, high + 1)]
    curves: Curves = np.stack(by_padding)[padding - low, digits]
    return curves


def _resampled(curves: Curves, length: int) -> Float[np.ndarray, "examples length"]:
    """Each curve at `length` equally spaced points, by linear interpolation."""
    old, new = np.linspace(0, 1, curves.shape[1]), np.linspace(0, 1, length)
    left = np.clip(np.searchsorted(old, new) - 1, 0, len(old) - 2)
    slope = (curves[:, left + 1] - curves[:, left]) / (old[left + 1] - old[left])
    resampled: Float[np.ndarray, "examples length"] = slope * (new - old[left]) + curves[:, left]
    return resampled


def _blur() -> Float[np.ndarray, "samples samples"]:
    """The Gaussian filter as a matrix: kernel cut at 4 deviations, ends mirrored."""
    reach = int(4 * CORRELATION + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / CORRELATION) ** 2)
    mirrored = np.pad(np.eye(STRETCHED), ((reach, reach), (0, 0)), mode="symmetric")
    weights = kernel / kernel.sum()
    return sum(
        (weight * mirrored[k : k + STRETCHED] for k, weight in enumerate(weights)), np.zeros_like(mirrored[:STRETCHED])
    )
