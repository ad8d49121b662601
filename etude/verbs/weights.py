"""Weights of strangers: opened by a child process that has nothing to lose, and taken over as safetensors."""

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from safetensors import SafetensorError, safe_open

from etude.errors import CheckpointError, ResourceError, UsageError
from etude.training.probe import finite

CHILD = Path(__file__).with_name("quarantine.py")
LONGEST = 600.0
"""seconds for a file"""
SHOWN = 5
"""tensors that a message names"""


@dataclass(frozen=True, slots=True)
class Weights:
    """Tensors in a file that anybody may open."""

    file: str
    tensors: tuple[tuple[str, tuple[int, ...], str], ...]
    """name, shape, kind of number"""
    lost: tuple[str, ...]
    """names of those with a number that is not finite"""

    @property
    def numbers(self) -> int:
        """In all tensors together."""
        return sum(math.prod(shape) for _, shape, _ in self.tensors)


def import_weights(path: Path, *, out: Path | None = None, allow_lost: bool = False) -> Weights:
    """Convert a file of torch to safetensors, beside it or in `out`; a file of safetensors is looked through only.

    CheckpointError E-WEIGHTS-CODE for a file that is a program, E-WEIGHTS-DAMAGED, -FORM, -NONE, -SIZE for what holds
    no weights, E-WEIGHTS-LOST for weights that are not finite unless `allow_lost`.
    """
    if not path.is_file():
        raise UsageError("E-WEIGHTS-FILE", f"there is no file {path}.")
    if path.suffix == ".safetensors":
        return checked(looked_through(path), path, allow_lost=allow_lost)
    target = out or path.with_suffix(".safetensors")
    if target.exists():
        raise UsageError("E-WEIGHTS-EXISTS", f"{target} exists; choose another --out, or remove it.")
    with TemporaryDirectory(prefix="etude-import-") as place:
        told = opened(path, Path(place))
        if "error" in told:
            code, why = told["error"]
            advice = " Ask for a safetensors file, or for torch.save(model.state_dict(), ...)."
            raise CheckpointError(str(code), f"{path} was not opened: {why}.{advice}")
        found = looked_through(Path(place) / "weights.safetensors")
        checked(found, path, allow_lost=allow_lost)
        put(Path(found.file), target)
    return Weights(str(target), found.tensors, found.lost)


def opened(path: Path, place: Path) -> dict[str, Any]:
    """What the child process says of a file; it works in `place`, which is empty, without any environment."""
    with path.open("rb") as file:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-B", str(CHILD)],
                stdin=file,
                capture_output=True,
                cwd=place,
                env={},
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ResourceError("E-WEIGHTS-SIZE", f"{path} was not opened after {LONGEST:.0f} s.") from None
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise CheckpointError(
            "E-WEIGHTS-DAMAGED", f"{path}: opening it ended the process that did ({done.returncode}; {last})."
        )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def looked_through(path: Path) -> Weights:
    """What is in a file of safetensors, which holds nothing but tensors."""
    try:
        with safe_open(path, framework="pt") as file:
            names = sorted(file.keys())
            slices = {name: file.get_slice(name) for name in names}
            table = tuple((name, tuple(slices[name].get_shape()), slices[name].get_dtype()) for name in names)
            lost = tuple(name for name in names if not finite(file.get_tensor(name)))
    except SafetensorError as error:
        raise CheckpointError("E-WEIGHTS-DAMAGED", f"{path} is no file of safetensors, or cut off: {error}.") from None
    return Weights(str(path), table, lost)


def checked(found: Weights, path: Path, *, allow_lost: bool) -> Weights:
    """The same weights, unless some of them are not finite."""
    if found.lost and not allow_lost:
        more = f" and {len(found.lost) - SHOWN} more" if len(found.lost) > SHOWN else ""
        raise CheckpointError(
            "E-WEIGHTS-LOST",
            f"{path} holds NaN or infinity in {', '.join(found.lost[:SHOWN])}{more}. "
            "Take an earlier checkpoint of that training, or say --allow-nonfinite.",
        )
    return found


def put(file: Path, target: Path) -> None:
    """Have a file appear whole under its name."""
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.write_bytes(file.read_bytes())
    temporary.replace(target)
