"""Something that a test proves, and that can be taken away."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Protection:
    """Some code, what stands there without it, and the test that should notice."""

    name: str
    file: str
    code: str
    without: str
    test: str
