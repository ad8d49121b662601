"""A cart that keeps a pole upright by being pushed left or right (Barto, Sutton and Anderson 1983)."""

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from etude.environments.base import Dynamics

GRAVITY = 9.8
"""m/s²"""
CART, POLE = 1.0, 0.1
"""masses, kg"""
HALF_LENGTH = 0.5
"""of the pole, m"""
FORCE = 10.0
"""of a push, N"""
TICK = 0.02
"""seconds of one step"""
EDGE = 2.4
"""metres from the middle at which the track ends"""
TILT = 12 * 2 * math.pi / 360
"""radians from upright at which the pole counts as fallen"""


class CartPole(Dynamics):
    """CartPole-v1 of Gymnasium: reward 1 for every step, at most 500 of them, the falling one included.

    The equations of motion are those without friction of Florian 2007, "Correct equations for the dynamics of the
    cart-pole system", eq. 23 and 24, as Gymnasium writes them, in float64, one Euler step of `TICK` at a time.
    """

    name = "CartPole-v1"
    shape = (4,)
    quantities = ("position (m)", "speed (m/s)", "angle (rad)", "angular speed (rad/s)")
    actions = ("push left", "push right")
    draws = 4
    limit = 500

    def begin(self, chance: Float[Tensor, "copy draw"]) -> Float[Tensor, "copy 4"]:
        return 0.1 * chance - 0.05

    def move(
        self, state: Float[Tensor, "copy 4"], action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]
    ) -> tuple[Float[Tensor, "copy 4"], Float[Tensor, " copy"], Bool[Tensor, " copy"]]:
        _, speed, angle, spin = state.unbind(1)
        mass = CART + POLE
        cosine, sine = angle.cos(), angle.sin()
        push = (FORCE * (2 * action - 1) + POLE * HALF_LENGTH * spin.square() * sine) / mass
        inertia = HALF_LENGTH * (4 / 3 - POLE * cosine.square() / mass)
        twist = (GRAVITY * sine - cosine * push) / inertia
        acceleration = push - POLE * HALF_LENGTH * twist * cosine / mass
        state = state + TICK * torch.stack([speed, acceleration, spin, twist], dim=1)
        fallen = (state[:, 0].abs() > EDGE) | (state[:, 2].abs() > TILT)
        return state, torch.ones_like(speed, dtype=torch.float32), fallen

    def observe(self, state: Float[Tensor, "copy 4"]) -> Float[Tensor, "copy 4"]:
        return state.float()
