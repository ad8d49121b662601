"""Elementary functions to the last bit as browsers compute them: the formulas of Sun's fdlibm, which V8 uses.

The C library of most systems and numpy have others, whose last bit differs now and then. A network that learns in a
chaotic region makes a visible difference of that within some hundred updates.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float
from numexpr import NumExpr

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
HALF_PI, HALF_PI_REST = 1.57079632673412561417e00, 6.07710050650619224932e-11
HALF_PI_2, HALF_PI_2_REST = 6.07710050630396597660e-11, 2.02226624879595063154e-21
"""ln 2 and pi/2 in two pieces each, so that products with small integers are exact"""
SINE = (
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
)
COSINE = (
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
)
LOGARITHM_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
LOGARITHM_ODD = (
    6.666666666666735130e-01,
    2.857142874366239149e-01,
    1.818357216161805012e-01,
    1.479819860511658591e-01,
)
EXPONENTIAL = (
    -3.33333333333331316428e-02,
    1.58730158725481460165e-03,
    -7.93650757867487942473e-05,
    4.00821782732936239552e-06,
    -2.01099218183624371326e-07,
)


def polynomial(x: float, coefficients: tuple[float, ...]) -> float:
    """By Horner's rule, the constant first."""
    value = coefficients[-1]
    for each in coefficients[-2::-1]:
        value = each + x * value
    return value


def sin(x: float) -> float:
    """Of an angle below 50 in size; s_sin.c."""
    quarter, y, rest = reduced(x)
    value = small_cos(y, rest) if quarter % 2 else small_sin(y, rest, reduced=quarter != 0)
    return -value if quarter & 2 else value


def cos(x: float) -> float:
    """Of an angle below 50 in size; s_cos.c."""
    quarter, y, rest = reduced(x)
    value = small_sin(y, rest, reduced=True) if quarter % 2 else small_cos(y, rest)
    return -value if (quarter + 1) & 2 else value


def reduced(x: float) -> tuple[int, float, float]:
    """x as n pi/2 + y + rest, y at most pi/4 in size; e_rem_pio2.c."""
    size = abs(x)
    n = 0 if size <= math.pi / 4 else int(size * (2 / math.pi) + 0.5)
    if n == 0:
        return 0, x, 0.0
    r, w = size - n * HALF_PI, n * HALF_PI_REST
    if math.frexp(size)[1] - math.frexp(r - w)[1] > 16:  # so close to n pi/2 that more of its digits count
        before = r
        w = n * HALF_PI_2
        r = before - w
        w = n * HALF_PI_2_REST - ((before - r) - w)
    y = r - w
    rest = (r - y) - w
    return (n, y, rest) if x > 0 else (-n, -y, -rest)


def small_sin(x: float, rest: float, *, reduced: bool) -> float:
    """Of x + rest between -pi/4 and pi/4; k_sin.c."""
    z = x * x
    v = z * x
    r = polynomial(z, SINE[1:])
    if not reduced:
        return x + v * (SINE[0] + z * r)
    return x - ((z * (0.5 * rest - v * r) - rest) - v * SINE[0])


def small_cos(x: float, rest: float) -> float:
    """Of x + rest between -pi/4 and pi/4; k_cos.c."""
    z = x * x
    r = z * polynomial(z, COSINE)
    if abs(x) < 0.3:
        return 1 - (0.5 * z - (z * r - x * rest))
    quarter = 0.28125 if abs(x) > 0.78125 else leading(abs(x)) / 4
    return (1 - quarter) - ((0.5 * z - quarter) - (z * r - x * rest))


def leading(x: float) -> float:
    """With the lower half of its digits cut off."""
    return float(np.uint64(np.float64(x).view(np.uint64) & np.uint64(0xFFFFFFFF00000000)).view(np.float64))


def log(x: float) -> float:
    """Of a normal positive number; e_log.c."""
    fraction, k = math.frexp(x)  # from 0.5 to 1
    digits = int((2 * fraction - 1) * 2**20)
    if digits < 0x6A09C:  # below sqrt(2)
        fraction, k = 2 * fraction, k - 1
    f = fraction - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    r = z * polynomial(w, LOGARITHM_ODD) + w * polynomial(w, LOGARITHM_EVEN)
    if not 0x6147A <= digits <= 0x6B851:
        return k * LN2_HIGH - ((s * (f - r) - k * LN2_LOW) - f)
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)


def edges() -> Iterator[tuple[float, int]]:
    """The sizes of z from which on s_tanh.c and s_expm1.c compute e^x - 1 with another k, where x = -2z or 2z."""
    yield from ((0.0, 0), (from_leading(0x3FD62E43) / 2, -1), (from_leading(0x3FF0A2B2) / 2, -2))
    yield from ((first(3) / 2, -3), (1.0, 3))
    yield from ((first(k) / 2, k) for k in range(4, 64))


def from_leading(digits: int) -> float:
    """The least number with these first 32 digits."""
    return float(np.uint64(digits << 32).view(np.float64))


def first(k: int) -> float:
    """The least x for which x / ln 2 + 1/2, rounded, reaches k."""
    x = (k - 0.5) * math.log(2) * (1 - 1e-15)
    while x * (1 / math.log(2)) + 0.5 < k:
        x = math.nextafter(x, math.inf)
    return x


def case(k: int) -> tuple[float, ...]:
    """What to compute with: factor, high, low, plus, scale, minus, one, two, share.

    x = factor z, y = x - high - low, t = e^x - 1 = (plus - (e - y)) scale - minus,
    tanh z = one - (two + share t) / (t + 2)
    """
    plus, minus = {0: (0.0, 0.0), -1: (0.0, 0.5), -2: (1.0, 1.0), -3: (1.0, 1.0)}.get(k, (1 - 2.0**-k, 0.0))
    rest = (2.0, 0.0) if k > 0 else (0.0, 1.0)
    return (2.0 if k > 0 else -2.0, k * LN2_HIGH, k * LN2_LOW, plus, 2.0**k, minus, float(k > 0), *rest)


BOUNDS = [edge for edge, _ in edges()]
CASES = [case(k) for _, k in edges()]
TOP = 22.0
"""from there on tanh is 1"""
R_1, R_2, R_3, R_4, R_5 = EXPONENTIAL


def tanh_of(z: float) -> float:
    """(e^2z - 1) / (e^2z + 1); s_tanh.c and s_expm1.c."""
    size = abs(z)
    if not size < TOP:
        return math.copysign(1.0, z) if z == z else z
    factor, high, low, plus, scale, minus, one, two, share = CASES[bisect_right(BOUNDS, size) - 1]
    x = factor * size - high
    y = x - low
    c = (x - y) - low
    half = 0.5 * y
    square = y * half
    r = 1.0 + square * (R_1 + square * (R_2 + square * (R_3 + square * (R_4 + square * R_5))))
    t = 3.0 - r * half
    e = square * ((r - t) / (6.0 - y * t))
    e = (y * (e - c) - c) - square
    t = (plus - (e - y)) * scale - minus
    return math.copysign(one - (two + share * t) / (t + 2.0), z)


FEW = 12
"""numbers are sooner done one by one"""
CASE_ROWS, BOUND_ROW, MOST = np.array(CASES).T.copy(), np.array(BOUNDS[1:]), np.array(TOP)
CASE = ("factor", "high", "low", "plus", "scale", "minus", "one", "two", "share")


def whole_formula() -> str:
    """`tanh_of` from `x` on, without sign, in a line; what occurs twice is computed once all the same."""
    y = "(factor * size - high - low)"
    c = f"((factor * size - high - {y}) - low)"
    half = f"(0.5 * {y})"
    square = f"({y} * {half})"
    r = repr(R_5)
    for each in (R_4, R_3, R_2, R_1, 1.0):
        r = f"({each!r} + {square} * {r})"
    t = f"(3.0 - {r} * {half})"
    e = f"({square} * (({r} - {t}) / (6.0 - {y} * {t})))"
    e = f"(({y} * ({e} - {c}) - {c}) - {square})"
    t = f"((plus - ({e} - {y})) * scale - minus)"
    return f"one - (two + share * {t}) / ({t} + 2.0)"


SIZE_OF_TANH = NumExpr(whole_formula(), [(name, np.float64) for name in ("size", *CASE)])
"""one call instead of 37, each of which would take longer than its work"""


def tanh(z: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """The same of many numbers."""
    if z.size <= FEW:
        return np.array([tanh_of(each) for each in z.ravel().tolist()]).reshape(z.shape)
    size = np.minimum(np.abs(z), MOST)
    value: np.ndarray = SIZE_OF_TANH(size, *CASE_ROWS.take(BOUND_ROW.searchsorted(size, side="right"), axis=1))
    signed: np.ndarray = np.copysign(value, z)
    return signed
