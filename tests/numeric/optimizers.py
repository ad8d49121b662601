"""Rows of the optimizers and schedules: a hundred steps by torch's, and by the formulas of the papers in NumPy."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from etude import optim
from tests.numeric.rows import No, Row, close

NONE, STEPS = No("moves weights, and is not differentiated itself"), 30
Formula = Callable[[np.ndarray, np.ndarray, dict[str, np.ndarray], int], np.ndarray]
RATE, DECAY = 0.05, 0.1


def momentum(w: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    """Polyak 1964: v = 0.9 v + g, w = w - rate v."""
    kept["v"] = 0.9 * kept.get("v", np.zeros_like(w)) + g + DECAY * w
    return w - RATE * kept["v"]


def nesterov(w: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    """Sutskever et al. 2013 as everybody writes it: one more step along the velocity."""
    g = g + DECAY * w
    kept["v"] = 0.9 * kept.get("v", np.zeros_like(w)) + g
    return w - RATE * (g + 0.9 * kept["v"])


def adagrad(w: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    """Duchi et al. 2011, figure 1."""
    g = g + DECAY * w
    kept["s"] = kept.get("s", np.zeros_like(w)) + g**2
    return w - RATE * g / (np.sqrt(kept["s"]) + 1e-10)


def rmsprop(w: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    """Lecture 6.5: a running mean of the squares, here with 0.99."""
    g = g + DECAY * w
    kept["s"] = 0.99 * kept.get("s", np.zeros_like(w)) + 0.01 * g**2
    return w - RATE * g / (np.sqrt(kept["s"]) + 1e-8)


def adam(w: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    """Kingma and Ba 2015, algorithm 1, with the L2 penalty in the gradient."""
    return by_moments(w, g + DECAY * w, kept, t)


def adamw(w: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    """Loshchilov and Hutter 2019, algorithm 2: the weights shrink by themselves."""
    return by_moments(w * (1 - RATE * DECAY), g, kept, t)


def by_moments(w: np.ndarray, g: np.ndarray, kept: dict[str, np.ndarray], t: int) -> np.ndarray:
    """Both moments, corrected for their start."""
    kept["m"] = 0.9 * kept.get("m", np.zeros_like(w)) + 0.1 * g
    kept["v"] = 0.999 * kept.get("v", np.zeros_like(w)) + 0.001 * g**2
    mean, square = kept["m"] / (1 - 0.9**t), kept["v"] / (1 - 0.999**t)
    return w - RATE * mean / (np.sqrt(square) + 1e-8)


FORMULAS: dict[str, Formula] = {"momentum": momentum, "nesterov": nesterov, "adagrad": adagrad, "rmsprop": rmsprop}
FORMULAS |= {"adam": adam, "adamw": adamw}


def formulas() -> None:
    """A bowl that is steeper one way, in double precision, thirty steps of every method."""
    steep = torch.tensor([[1.0, 5.0]], dtype=torch.float64)
    for name, formula in FORMULAS.items():
        weight = nn.Parameter(torch.tensor([[1.0, -2.0]], dtype=torch.float64))
        torch_optimizer = optim.method(name)([weight], rate=RATE, weight_decay=DECAY)
        w, kept = weight.detach().numpy().copy(), {}
        for t in range(1, STEPS + 1):
            w = formula(w, steep.numpy() * w, kept, t)
            torch_optimizer.zero_grad()
            (0.5 * steep * weight**2).sum().backward()
            torch_optimizer.step()
        close(weight.detach(), w, rtol=1e-9, atol=1e-9)


OPTIM, S, M = "optim::", "schedules::", "muon::"
TORCH, SCHEDULES = f"{OPTIM}hundred_steps_equal_those_of_torch", f"{S}schedule_equals_that_of_torch"
RANGES = (f"{OPTIM}rate_outside_its_range_is_refused", f"{OPTIM}momentum_and_decay_outside_their_ranges_are_refused")
ROWS: tuple[Row, ...] = (
    *(Row(f"optim.{name}", NONE, (formulas, TORCH), bad=RANGES) for name in ("sgd", "adagrad", "rmsprop", "adam")),
    Row("optim.adamw", NONE, (formulas, TORCH), (f"{OPTIM}adamw_decays_matrices_and_filters_alone",), RANGES),
    Row(
        "optim.Optimizer",
        NONE,
        (TORCH,),
        (
            f"{OPTIM}accumulated_step_equals_that_of_the_whole_batch",
            f"{OPTIM}accumulation_over_ragged_masks_equals_the_whole_batch",
            f"{OPTIM}long_gradient_is_shortened_and_a_short_one_left",
        ),
        (f"{OPTIM}no_loss_at_all_is_refused",),
    ),
    Row("optim.method", NONE, (formulas,)),
    Row("optim.Method", NONE, No("a protocol")),
    Row("optim.spare_compiler", NONE, No("keeps torch from importing a compiler")),
    *(
        Row(f"optim.{name}", NONE, No("refuses, and computes nothing"), bad=RANGES)
        for name in ("checked_rate", "checked_decay", "check_range")
    ),
    Row(
        "muon.Muon",
        NONE,
        (f"{M}steps_equal_those_of_torch",),
        (f"{M}filters_go_as_flattened_matrices", f"{M}biases_gains_and_what_is_named_go_by_adamw"),
        (f"{M}closure_is_refused",),
    ),
    Row(
        "muon.orthogonalised",
        NONE,
        (f"{M}update_is_close_to_the_orthogonal_factor",),
        (
            f"{M}iteration_keeps_singular_vectors_and_bends_singular_values_by_its_polynomial",
            f"{M}zero_gradient_gives_no_nan",
        ),
    ),
    Row("muon.by_shape", NONE, (f"{M}matrices_do_not_disturb_each_other",)),
    *(
        Row(f"schedules.{name}", NONE, (SCHEDULES,), bad=(f"{S}span_of_no_updates_is_refused",))
        for name in (
            "constant",
            "step_decay",
            "exponential",
            "cosine",
            "warmed",
            "at_least_one",
            "half_cosine",
            "schedule",
        )
    ),
    Row("schedules.linear", NONE, ("acting::linear_schedule_ends_at_nothing",)),
    Row("schedules.one_cycle", NONE, (f"{S}one_cycle_equals_that_of_torch",), (f"{S}schedule_stays_at_its_end",)),
    Row(
        "schedules.Plateau",
        NONE,
        (f"{S}plateau_equals_that_of_torch",),
        (f"{S}saved_plateau_goes_on_as_if_nothing_had_happened",),
    ),
)
