"""The chance of TensorFlow Playground: numbers from a word, through the cipher ARC4, as seedrandom.js draws them."""

WIDTH = 256
"""values of a byte; also the bytes that are thrown away at the start"""
DIGITS = 52
"""bits of a number's fraction"""


class SeedRandom:
    """`Math.random` after `Math.seedrandom(seed)`: the same seed gives the same numbers as in the browser.

    David Bau's seedrandom.js 2.4: a key made of the seed's characters shuffles 256 bytes, which then shuffle
    themselves while they are read.
    """

    def __init__(self, seed: str) -> None:
        key = mixed(seed)
        self.i = self.j = 0
        self.bytes = list(range(WIDTH))
        j = 0
        for i, byte in enumerate(self.bytes):
            j = (j + key[i % len(key)] + byte) % WIDTH
            self.bytes[i], self.bytes[j] = self.bytes[j], byte
        self.read(WIDTH)

    def read(self, count: int) -> int:
        """The next bytes as one number, the first on the left."""
        number = 0
        for _ in range(count):
            self.i = (self.i + 1) % WIDTH
            one = self.bytes[self.i]
            self.j = (self.j + one) % WIDTH
            other = self.bytes[self.j]
            self.bytes[self.i], self.bytes[self.j] = other, one
            number = number * WIDTH + self.bytes[(one + other) % WIDTH]
        return number

    def __call__(self) -> float:
        """A number from 0 to below 1."""
        numerator, denominator, last = float(self.read(6)), float(WIDTH**6), 0
        while numerator < 2**DIGITS:
            numerator, denominator = (numerator + last) * WIDTH, denominator * WIDTH
            last = self.read(1)
        while numerator >= 2 ** (DIGITS + 1):
            numerator, denominator, last = numerator / 2, denominator / 2, last >> 1
        return (numerator + last) / denominator

    def uniform(self, low: float, high: float) -> float:
        """A number from `low` to below `high`."""
        return self() * (high - low) + low


def mixed(seed: str) -> list[int]:
    """The key, at most 256 bytes, in which every character of the seed counts."""
    key: list[int] = []
    smear = 0
    for position, character in enumerate(seed):
        place = position % WIDTH
        if place < len(key):
            smear ^= key[place] * 19
        byte = (smear + ord(character)) % WIDTH
        key[place : place + 1] = [byte]
    return key or [0]
