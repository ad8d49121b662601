"""One seed, many independent streams of chance: each use has a name and a number."""

import hashlib

import torch


def stream(seed: int, name: str, number: int = 0) -> torch.Generator:
    """A generator that depends on nothing but its three arguments.

    `name` is the use ('initialisation', 'order', 'augmentation', 'dropout', 'sampling'), `number` counts within it
    (epoch or batch), so that asking for batch 1,000 needs none of the 999 before it.
    """
    digest = hashlib.blake2b(f"{seed}/{name}/{number}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "little", signed=True))


def seed_global(seed: int, name: str) -> None:
    """Start torch's own stream of chance, which initialisation and dropout draw from, from a named place."""
    torch.manual_seed(stream(seed, name).initial_seed())


def flush_denormals() -> None:
    """Treat numbers below 1e-38 as zero: they change nothing and can make a CPU twelve times slower.

    It must be called before the first parallel operation, since threads that exist already do not learn of it.
    """
    torch.set_flush_denormal(True)
