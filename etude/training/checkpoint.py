"""A learner, its optimizers and all chance, as safetensors and JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from etude.errors import DivergedError
from etude.learners.base import Learner
from etude.optim import Optimizer
from etude.training import disk
from etude.training.store import Json, encoded, manifest, read_json


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole state of a training at one moment, in memory of its own."""

    learner: dict[str, Tensor]
    """weights and buffers"""
    training: dict[str, Tensor]
    """moments of the optimizers, and the state of chance"""
    state: Json
    """the rest"""

    @property
    def bytes(self) -> int:
        """That the tensors take."""
        return sum(each.nbytes for each in (*self.learner.values(), *self.training.values()))


def snapshot(learner: Learner[Any], *, step: int, phase: int) -> Snapshot:
    """Copy the state of a training after `step` updates; DivergedError E-DIVERGED if it left the finite numbers.

    So no checkpoint, neither the best nor the newest, is ever one of those.
    """
    lost = lost_tensor(learner)
    if lost is not None:
        raise DivergedError("E-DIVERGED", f"{lost} is not finite after update {step}: this state is not kept.")
    tensors: dict[str, Tensor] = {"chance/cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["chance/cuda"] = torch.cuda.get_rng_state()
    states: dict[str, Json] = {}
    for name, optimizer in learner.optimizers().items():
        states[name], moments = optimizer_state(optimizer)
        tensors |= {f"{name}/{key}": tensor for key, tensor in moments.items()}
    state = {"format": 1, "step": step, "phase": phase, "network": learner.network_name(), "optimizers": states}
    return Snapshot(flat(learner.state_dict()), flat(tensors), state)


def write_snapshot(taken: Snapshot, folder: Path) -> None:
    """Fill an empty `folder` with learner.safetensors, training.safetensors, state.json and manifest.json."""
    contents = {
        "learner.safetensors": save(taken.learner),
        "training.safetensors": save(taken.training),
        "state.json": encoded(taken.state),
    }
    for name, content in contents.items():
        disk.write(folder / name, content)
    disk.write(folder / "manifest.json", manifest(contents))


def read_checkpoint(folder: Path, learner: Learner[Any]) -> int:
    """Put a checkpoint back into the learner it was written from; the number of updates behind it."""
    return put_back(read_snapshot(folder), learner)


def read_snapshot(folder: Path) -> Snapshot:
    """The state that a checkpoint holds."""
    return Snapshot(
        load_file(folder / "learner.safetensors"),
        load_file(folder / "training.safetensors"),
        read_json(folder / "state.json"),
    )


def put_back(taken: Snapshot, learner: Learner[Any]) -> int:
    """Give the learner, its optimizers and all chance an earlier state; the number of updates behind it."""
    learner.load_state_dict(taken.learner)
    tensors = taken.training
    for name, optimizer in learner.optimizers().items():
        moments = {key.removeprefix(f"{name}/"): value for key, value in tensors.items() if key.startswith(f"{name}/")}
        restore_optimizer(optimizer, taken.state["optimizers"][name], moments)
    torch.set_rng_state(tensors["chance/cpu"])
    if "chance/cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["chance/cuda"])
    return int(taken.state["step"])


def lost_tensor(learner: Learner[Any]) -> str | None:
    """The first parameter that is not finite, or buffer that holds a NaN (an infinite one may be a mask)."""
    for name, tensor in learner.named_parameters():
        if not is_finite(tensor):
            return name
    for name, buffer in learner.named_buffers():
        if buffer.is_floating_point() and bool(buffer.isnan().any()):
            return name
    return None


def is_finite(tensor: Tensor) -> bool:
    """Whether all numbers are; a finite sum says so in one pass, and only an infinite one asks for a second look."""
    return bool(tensor.detach().sum().isfinite()) or bool(tensor.isfinite().all())


def read_network(folder: Path) -> dict[str, Tensor]:
    """The weights of the answering network alone, for a prediction without learner or data."""
    prefix = read_json(folder / "state.json")["network"] + "."
    tensors = load_file(folder / "learner.safetensors")
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def flat(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Own, contiguous memory for every tensor, as the file format demands of views and tied weights."""
    return {name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()}


def optimizer_state(optimizer: Optimizer) -> tuple[Json, dict[str, Tensor]]:
    """JSON and tensors of an optimizer; tensor `k/exp_avg` belongs to parameter number k."""
    saved = optimizer.torch.state_dict()
    tensors, plain = {}, {}
    for number, entries in saved["state"].items():
        for key, value in entries.items():
            name = f"{number}/{key}"
            if isinstance(value, Tensor):
                tensors[name] = value
            elif value is not None:
                plain[name] = value
    groups = [{k: v for k, v in group.items() if not isinstance(v, Tensor)} for group in saved["param_groups"]]
    return {"step": optimizer.step, "base_rates": optimizer.base_rates, "groups": groups, "plain": plain}, tensors


def restore_optimizer(optimizer: Optimizer, state: Json, tensors: dict[str, Tensor]) -> None:
    """Put the state back, each moment in the memory layout of its parameter, which fused kernels count on."""
    entries: dict[int, dict[str, Any]] = {}
    for name, value in (tensors | state["plain"]).items():
        number, key = name.split("/", 1)
        entries.setdefault(int(number), {})[key] = value
    for number, parameter in enumerate(optimizer.parameters):
        for key, value in entries.get(number, {}).items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                entries[number][key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)
    optimizer.torch.load_state_dict({"state": entries, "param_groups": state["groups"]})
    optimizer.step, optimizer.base_rates = state["step"], state["base_rates"]
