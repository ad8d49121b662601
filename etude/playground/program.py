"""A lesson as a program of its own: plain PyTorch, to be read like a textbook, that prints the same losses."""

from itertools import pairwise

from etude.playground.descent import WARM, seed_number
from etude.playground.gan import GENERATE
from etude.playground.lesson import Lesson
from etude.playground.network import BENDS
from etude.playground.perceptron import PERCEPTRON
from etude.playground.program_gan import first_numbers, two_networks, units_of
from etude.playground.program_parts import (
    AUTOGRAD,
    BATCHES,
    BROWSERS,
    DROPOUT,
    FACTOR,
    HINGE,
    LOSS,
    LOSSES,
    MODULES,
    NEARLY,
    OPTIMIZERS,
    PENALTIES,
    PRICE,
    PULLED,
    READ,
    REPORT,
    SAME,
    SCHEDULED,
    SCHEDULES,
    SINE,
)

EPOCHS = 100


def program(lesson: Lesson, address: str) -> str:
    """The program; it needs nothing but torch."""
    if lesson.problem == GENERATE:
        sine = SINE if BENDS[lesson.activation] == "sine" else ""
        head, numbers = beginning(lesson, address, SAME), f"\n\n{first_numbers(lesson)}\nmain()\n"
        return "".join([head, sine, BATCHES, two_networks(lesson, epochs=EPOCHS), numbers])
    browsers = lesson.is_the_browsers
    learning = by_mistakes if lesson.optimizer == PERCEPTRON else by_the_browsers_rule if browsers else by_autograd
    blocks = [
        beginning(lesson, address, NEARLY if browsers else SAME),
        SINE if BENDS[lesson.activation] == "sine" else "",
        DROPOUT.format(p=lesson.dropout, seed=seed_number(lesson.seed)) if lesson.dropout else "",
        loss_function(lesson),
        price(lesson),
        schedule(lesson),
        BATCHES,
        READ.format(answers=".long()" if lesson.outputs > 1 else ""),
        network(lesson),
        learning(lesson),
        "\n\n" + data(lesson) + "\nmain()\n",
    ]
    return "".join(blocks)


def beginning(lesson: Lesson, address: str, promise: str) -> str:
    """What it is, what it needs, and its settings."""
    return (
        f'"""A lesson of etude playground in plain PyTorch, {EPOCHS} epochs of it.\n\n{promise}\n\n{address}\n"""\n'
        f"{imports(lesson)}\ntorch.set_default_dtype(torch.float64)\ntorch.set_num_threads(1)\n"
        f"RATE, BATCH = {lesson.rate!r}, {min(lesson.batch, len(lesson.points[0]))}\n"
    )


def imports(lesson: Lesson) -> str:
    """What the program needs."""
    also = [
        name
        for name, used in (
            ("hashlib", lesson.dropout or lesson.problem == GENERATE),
            ("math", "math." in schedule(lesson)),
        )
        if used
    ]
    return (
        "".join(f"import {name}\n" for name in also)
        + ("\n" if also else "")
        + "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"
    )


def schedule(lesson: Lesson) -> str:
    """The factor on the learning rate, if it changes."""
    steps = lesson.span * lesson.epoch
    warm, third = max(1, steps // WARM), max(1, steps // 3)
    factor = SCHEDULES[lesson.schedule].format(steps=steps, warm=warm, third=third)
    return FACTOR.format(last=steps - 1, factor=factor) if factor else ""


def price(lesson: Lesson) -> str:
    """The penalty, where autograd goes through it."""
    if lesson.is_the_browsers or lesson.penalty == "none":
        return ""
    return PRICE.format(price=PENALTIES[lesson.penalty].format(strength=lesson.strength))


def loss_function(lesson: Lesson) -> str:
    """How wrong the network is."""
    one = f"return {LOSSES[lesson.loss]}"
    if lesson.is_the_browsers and lesson.loss == "bce":
        one = "return F.binary_cross_entropy(answer, y)"
    body = HINGE if lesson.loss == "hinge" and lesson.outputs > 1 else one
    said = "network(x)" if lesson.outputs > 1 else "network(x).squeeze(1)"
    return LOSS.format(answer=said, body=body)


def network(lesson: Lesson) -> str:
    """The layers, and where their weights come from."""
    lines, sizes = list[str](), [len(lesson.features), *lesson.shape, lesson.outputs]
    for number, (few, many) in enumerate(pairwise(sizes)):
        lines.append(f"nn.Linear({few}, {many})")
        last = number == len(lesson.shape)
        bend = lesson.answer if last else BENDS[lesson.activation]
        lines += [] if last and bend == "identity" else [MODULES[bend]]
        lines += ["Dropout()"] if lesson.dropout and not last else []
    layers = "".join(f"        {line},\n" for line in lines)
    return f'''

def first_network():
    """The network with the weights that the lesson begins with: those of a unit in a line, its bias the last."""
    network = nn.Sequential(
{layers}    )
    rows = [torch.tensor([float(each) for each in line.split()]) for line in WEIGHTS.split("\\n") if line]
    for layer in network:
        if isinstance(layer, nn.Linear):
            for unit in range(layer.out_features):
                row = rows.pop(0)
                layer.weight.data[unit], layer.bias.data[unit] = row[:-1], row[-1]
    return network
'''


def by_autograd(lesson: Lesson) -> str:
    """Learning by an optimizer of torch."""
    chosen = OPTIMIZERS[lesson.optimizer].format(decay=lesson.decay).replace("\n", "\n    ")
    filled = AUTOGRAD.format(
        test=test_points(lesson),
        optimizer=chosen.replace(", weight_decay=0.0,", ","),
        end=EPOCHS + 1,
        seeded="\n            chance.manual_seed(seed_of(step))" if lesson.dropout else "",
        penalty="" if lesson.penalty == "none" else " + price_of(network)",
        scheduled="" if lesson.schedule == "constant" else SCHEDULED,
    )
    return filled + REPORT


def by_the_browsers_rule(lesson: Lesson) -> str:
    """Learning as TensorFlow Playground does."""
    lasso, free = lesson.penalty == "L1", lesson.penalty == "none"
    pulls = f"[RATE * {lesson.strength} * {'w.data.sign()' if lasso else 'w.data'} for w in weights]"
    filled = BROWSERS.format(
        test=test_points(lesson),
        weights="" if free else "\n    weights = [each for each in network.parameters() if each.ndim == 2]",
        alive="\n    alive = [torch.ones_like(w, dtype=torch.bool) for w in weights]" if lasso else "",
        end=EPOCHS + 1,
        before="" if free else f"\n            pulls = {pulls}  # of the penalty, from the weights before",
        after="" if free else PULLED[lesson.penalty].replace("\n", "\n    "),
    )
    return filled + REPORT


def by_mistakes(lesson: Lesson) -> str:
    """Learning by Rosenblatt's rule."""
    return (
        f'''

@torch.no_grad()
def main():
    """Move the line after each mistake, and print epoch, training loss and test loss."""
    (x, y), test = points(TRAIN), {test_points(lesson)}
    network = first_network()
    unit, rows = network[0], batches(len(x))
    report(0, network, (x, y), test)
    for epoch in range(1, {EPOCHS + 1}):
        for _ in range(len(x)):
            row = next(rows)
            sign = 2 * y[row] - 1
            if sign * unit(x[row])[0] <= 0:  # on the wrong side, or on the line
                unit.weight += RATE * (sign * x[row])
                unit.bias += RATE * sign
        report(epoch, network, (x, y), test)
'''
        + REPORT
    )


def test_points(lesson: Lesson) -> str:
    """Those that are held back, if there are any."""
    return "points(TEST)" if lesson.points[1] else "None"


def data(lesson: Lesson) -> str:
    """Points and weights, to the last digit."""
    found = []
    for name, part in zip(("TRAIN", "TEST"), lesson.parts, strict=True):
        rows = "".join(
            " ".join(map(repr, [*x, float(y)])) + "\n" for x, y in zip(part.x.tolist(), part.y.tolist(), strict=True)
        )
        found.append(f'# {", ".join(lesson.features)} and the label of each point\n{name} = """\n{rows}"""\n')
    rows = "".join(" ".join(map(repr, unit)) + "\n" for unit in units_of(lesson.network()))
    return "\n".join([*found, f'WEIGHTS = """\n{rows}"""\n'])
