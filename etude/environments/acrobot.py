"""Two hanging links that swing up by a motor between them (Sutton 1996, "Generalization in reinforcement learning")."""

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from etude.environments.base import Dynamics

GRAVITY = 9.8
"""m/s²"""
MASS = LENGTH = INERTIA = 1.0
"""of each link: kg, m, kg m²"""
CENTRE = 0.5
"""metres from a link's joint to its centre of mass"""
TICK = 0.2
"""seconds of one step"""
FASTEST = (4 * math.pi, 9 * math.pi)
"""angular speeds of the two joints are cut off here, rad/s"""


class Acrobot(Dynamics):
    """Acrobot-v1 of Gymnasium: reward -1 for every step until the tip is one link above the joint it hangs from.

    The state is (angle of the first link from hanging down, angle between the links, their two speeds) in float64,
    moved by one Runge-Kutta step of fourth order.
    """

    name = "Acrobot-v1"
    shape = (6,)
    quantities = ("cosine 1", "sine 1", "cosine 2", "sine 2", "speed 1 (rad/s)", "speed 2 (rad/s)")
    actions = ("torque -1", "torque 0", "torque +1")
    draws = 4
    limit = 500

    def begin(self, chance: Float[Tensor, "copy draw"]) -> Float[Tensor, "copy 4"]:
        return 0.2 * chance - 0.1

    def move(
        self, state: Float[Tensor, "copy 4"], action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]
    ) -> tuple[Float[Tensor, "copy 4"], Float[Tensor, " copy"], Bool[Tensor, " copy"]]:
        torque = action.to(state.dtype) - 1
        k1 = change(state, torque)
        k2 = change(state + TICK / 2 * k1, torque)
        k3 = change(state + TICK / 2 * k2, torque)
        k4 = change(state + TICK * k3, torque)
        angle, between, *speeds = (state + TICK / 6 * (k1 + 2 * k2 + 2 * k3 + k4)).unbind(1)
        slower = [speed.clamp(-most, most) for speed, most in zip(speeds, FASTEST, strict=True)]
        state = torch.stack([wrapped(angle), wrapped(between), *slower], dim=1)
        up = -state[:, 0].cos() - (state[:, 1] + state[:, 0]).cos() > 1
        return state, up.float() - 1, up

    def observe(self, state: Float[Tensor, "copy 4"]) -> Float[Tensor, "copy 6"]:
        angle, between, *speeds = state.unbind(1)
        return torch.stack([angle.cos(), angle.sin(), between.cos(), between.sin(), *speeds], dim=1).float()


def change(state: Float[Tensor, "copy 4"], torque: Float[Tensor, " copy"]) -> Float[Tensor, "copy 4"]:
    """The derivative of the state over time (Sutton and Barto 1998, section 11.3, with d, phi as there)."""
    angle, between, speed, bend = state.unbind(1)
    inner, hook = MASS * CENTRE**2, MASS * LENGTH * CENTRE
    d1 = inner + MASS * (LENGTH**2 + CENTRE**2 + 2 * LENGTH * CENTRE * between.cos()) + 2 * INERTIA
    d2 = MASS * (CENTRE**2 + LENGTH * CENTRE * between.cos()) + INERTIA
    phi2 = MASS * CENTRE * GRAVITY * (angle + between - math.pi / 2).cos()
    phi1 = -hook * bend.square() * between.sin() - 2 * hook * bend * speed * between.sin()
    phi1 = phi1 + (MASS * CENTRE + MASS * LENGTH) * GRAVITY * (angle - math.pi / 2).cos() + phi2
    pull = torque + d2 / d1 * phi1 - hook * speed.square() * between.sin() - phi2
    bending = pull / (inner + INERTIA - d2.square() / d1)
    return torch.stack([speed, bend, -(d2 * bending + phi1) / d1, bending], dim=1)


def wrapped(angle: Float[Tensor, " copy"]) -> Float[Tensor, " copy"]:
    """The same angle between -pi and pi."""
    return angle - 2 * math.pi * ((angle - math.pi) / (2 * math.pi)).ceil()
