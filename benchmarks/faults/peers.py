"""What peers that are installed do on the same tests: torch.save, safetensors, torch's distributed checkpoints."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import safetensors.torch
import torch
import torch.distributed.checkpoint as dcp
from torch import Tensor
from torch.distributed.checkpoint.api import CheckpointException

KILLS = 100
FLIPS = 200
State = dict[str, Tensor]


def state(step: int) -> State:
    """16 MB in which every number says the step, so that mixtures are seen."""
    return {f"w{k}": torch.full((524288,), float(step)) for k in range(8)}


def save_torch(values: State, folder: Path) -> None:
    torch.save(values, folder / "state.pt")


def load_torch(folder: Path) -> State:
    values: State = torch.load(folder / "state.pt", weights_only=True)
    return values


def save_safetensors(values: State, folder: Path) -> None:
    safetensors.torch.save_file(values, folder / "state.safetensors")


def load_safetensors(folder: Path) -> State:
    return safetensors.torch.load_file(folder / "state.safetensors")


def save_dcp(values: State, folder: Path) -> None:
    dcp.save(dict(values), checkpoint_id=folder, no_dist=True)


def load_dcp(folder: Path) -> State:
    shapes = dcp.FileSystemReader(folder).read_metadata().state_dict_metadata
    values: State = {key: torch.zeros(each.size) for key, each in shapes.items()}  # type: ignore[union-attr]
    dcp.load(values, checkpoint_id=folder, no_dist=True)
    return values


PEERS: dict[str, tuple[Callable[[State, Path], None], Callable[[Path], State]]] = {
    "torch.save": (save_torch, load_torch),
    "torch.distributed.checkpoint": (save_dcp, load_dcp),
    "safetensors": (save_safetensors, load_safetensors),
}


def kills_of_peers() -> str:
    """Of how many kills while it saves again and again each leaves something whole."""
    said = []
    for name, (save, load) in PEERS.items():
        whole = sum(survives(save, load, random.Random(k)) for k in range(KILLS))
        said.append(f"{name} {whole} of {KILLS}")
    return ", ".join(said)


def survives(save: Callable[[State, Path], None], load: Callable[[Path], State], chance: random.Random) -> bool:
    """Whether what is found after a kill is one state, and whole."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        save(state(1), folder)
        seconds = time.perf_counter() - begun
        child = os.fork()
        if not child:
            for step in range(2, 10**6):
                save(state(step), folder)
        time.sleep(chance.uniform(0, 6 * seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        try:
            return len({float(value) for each in load(folder).values() for value in (each.min(), each.max())}) == 1
        except (Exception, CheckpointException):  # each has several of its own for a damaged file
            return False


def flips_of_peers() -> str:
    """Of how many files with one flipped bit each reads wrong numbers without a word."""
    said = []
    for name, (save, load) in PEERS.items():
        silent = 0
        with TemporaryDirectory() as made:
            folder, chance = Path(made), random.Random(0)
            whole = {key: value[:4096].clone() for key, value in state(1).items()}
            save(whole, folder)
            for _ in range(FLIPS):
                path = chance.choice([each for each in folder.iterdir() if each.name != ".metadata"])
                content = path.read_bytes()
                path.write_bytes(flipped(content, chance.randrange(8 * len(content))))
                try:
                    load(folder)
                    silent += 1
                except (Exception, CheckpointException):
                    pass
                path.write_bytes(content)
        said.append(f"{name} {silent} of {FLIPS} silently wrong")
    return ", ".join(said)


def flipped(content: bytes, position: int) -> bytes:
    """With one bit changed."""
    damaged = bytearray(content)
    damaged[position // 8] ^= 1 << position % 8
    return bytes(damaged)
