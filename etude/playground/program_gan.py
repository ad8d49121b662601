"""A GAN as a program of its own: the pieces that other lessons have no use for."""

from itertools import pairwise

from etude.playground.descent import seed_number
from etude.playground.gan import SHOWN
from etude.playground.lesson import Lesson
from etude.playground.network import BENDS, PlaneNetwork
from etude.playground.program_parts import MODULES, OPTIMIZERS

ADAM = "Adam({name}.parameters(), lr=RATE, betas=(0.0, 0.999), fused=True)"
TERMS = {
    "x": "x",
    "y": "y",
    "xSquared": "x * x",
    "ySquared": "y * y",
    "xTimesY": "x * y",
    "sinX": "x.sin()",
    "sinY": "y.sin()",
}
"""the features of places"""
NOISE = '''

def noise(n, number, use="noise"):
    """What points are made from; every step has a seed of its own, so that any of them can be repeated."""
    digest = hashlib.blake2b(f"{seed}/{{use}}/{{number}}".encode(), digest_size=8).digest()
    chance = torch.Generator().manual_seed(int.from_bytes(digest, "little", signed=True))
    return torch.randn(n, 2, generator=chance)


def features(places):
    """What the critic is told of each place."""
    x, y = places.unbind(1)
    return torch.stack([{terms}], dim=1)


def numbers(text):
    """Those of each line."""
    return [torch.tensor([float(each) for each in line.split()]) for line in text.split("\\n") if line]


def first_weights(network, text):
    """The network with the weights that the lesson begins with: those of a unit in a line, its bias the last."""
    rows = numbers(text)
    for layer in network:
        if isinstance(layer, nn.Linear):
            for unit in range(layer.out_features):
                row = rows.pop(0)
                layer.weight.data[unit], layer.bias.data[unit] = row[:-1], row[-1]
    return network
'''
LEARNING = '''

def critic_loss(critic, real, fake):
    """-log D(real) - log(1 - D(fake)), the mean of each."""
    return F.softplus(-critic(features(real))).mean() + F.softplus(critic(features(fake))).mean()


def generator_loss(critic, fake):
    """-log D(fake)."""
    return F.softplus(-critic(features(fake))).mean()


def main():
    """Learn, and print epoch, critic loss and generator loss."""
    real = torch.stack(numbers(TRAIN))
    critic, generator = first_weights({critic}, CRITIC), first_weights({generator}, GENERATOR)
    critic_optimizer = torch.optim.{critic_optimizer}
    generator_optimizer = torch.optim.{generator_optimizer}
    rows, step = batches(len(real)), 0
    report(0, critic, generator, real)
    for epoch in range(1, {epochs} + 1):
        for _ in range(len(real) // BATCH):
            x = real[next(rows)]
            with torch.no_grad():
                fake = generator(noise(len(x), step))
            loss = critic_loss(critic, x, fake)
            critic_optimizer.zero_grad()
            loss.backward()
            critic_optimizer.step()
            loss = generator_loss(critic, generator(noise(len(x), step)))
            generator_optimizer.zero_grad()
            loss.backward()
            generator_optimizer.step()
            step += 1
        report(epoch, critic, generator, real)


@torch.no_grad()
def report(epoch, critic, generator, real):
    """Print the losses of now, always on the same noise."""
    fake = generator(noise({shown}, 0, "shown"))
    print(epoch, critic_loss(critic, real, fake).item(), generator_loss(critic, fake).item())
'''


def two_networks(lesson: Lesson, *, epochs: int) -> str:
    """Everything but the data."""
    critic, generator = lesson.network(), lesson.maker()
    return NOISE.format(
        seed=seed_number(lesson.seed), terms=", ".join(TERMS[name] for name in lesson.features)
    ) + LEARNING.format(
        critic=layers(critic, lesson.activation),
        generator=layers(generator, lesson.activation),
        critic_optimizer=descent(lesson.optimizer, "critic"),
        generator_optimizer=descent(lesson.optimizer, "generator"),
        epochs=epochs,
        shown=SHOWN,
    )


def layers(network: PlaneNetwork, activation: str) -> str:
    """The layers on lines of their own."""
    first, *others = network.linears
    sizes = [first.in_features, first.out_features, *(each.out_features for each in others)]
    found = f",\n        {MODULES[BENDS[activation]]},\n        ".join(
        f"nn.Linear({few}, {many})" for few, many in pairwise(sizes)
    )
    return f"nn.Sequential(\n        {found},\n    )"


def descent(optimizer: str, name: str) -> str:
    """The optimizer of one of the two."""
    if optimizer == "adam":
        return ADAM.format(name=name)
    text = OPTIMIZERS[optimizer].format(decay=0.0).replace(", weight_decay=0.0,", ",").replace("\n", "\n    ")
    return text.replace("network", name)


def first_numbers(lesson: Lesson) -> str:
    """Points and weights, to the last digit."""
    train, _ = lesson.points
    parts = {
        "# x and y of each point\nTRAIN": [[point.x, point.y] for point in train],
        "CRITIC": units_of(lesson.network()),
        "GENERATOR": units_of(lesson.maker()),
    }
    return "\n".join(
        f'{name} = """\n' + "".join(" ".join(map(repr, row)) + "\n" for row in rows) + '"""\n'
        for name, rows in parts.items()
    )


def units_of(network: PlaneNetwork) -> list[list[float]]:
    """The weights of each unit, its bias the last."""
    return [
        [*row, bias]
        for layer in network.linears
        for row, bias in zip(layer.weight.tolist(), layer.bias.tolist(), strict=True)
    ]
