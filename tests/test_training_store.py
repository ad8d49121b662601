"""Run folders: whole or not at all, and damage is noticed."""

import json
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from etude.errors import CheckpointError, RunInUseError
from etude.learners.base import GradientLearner
from etude.muon import Muon
from etude.optim import Optimizer, adagrad, adam, adamw, rmsprop, sgd
from etude.records import Inputs
from etude.training.checkpoint import read_checkpoint, snapshot, write_snapshot
from etude.training.run import Run, open_run
from etude.training.store import locked, verify_folder, write_folder, write_json
from etude.types import Loss


def learner(kind: str = "adam") -> GradientLearner:
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 36, 2)).to(
        memory_format=torch.channels_last
    )
    make = {
        "sgd": lambda: sgd(network.parameters(), rate=0.1, momentum=0.9),
        "adagrad": lambda: adagrad(network.parameters(), rate=0.1),
        "rmsprop": lambda: rmsprop(network.parameters(), rate=0.1),
        "adam": lambda: adam(network.parameters(), rate=0.1),
        "adamw": lambda: adamw(network.parameters(), rate=0.1),
        "muon": lambda: Muon(network.parameters(), rate=0.1),
    }[kind]
    return GradientLearner(network, lambda model, batch: Loss(model(batch.x).square().mean()), Optimizer(make()))


@pytest.mark.parametrize("kind", ["sgd", "adagrad", "rmsprop", "adam", "adamw", "muon"])
def test_checkpoint_continues_every_optimizer_bit_for_bit(tmp_path: Path, kind: str) -> None:
    x = Inputs(torch.randn(4, 3, 8, 8).contiguous(memory_format=torch.channels_last))
    first = learner(kind)
    for _ in range(3):
        first.update(x)
    write_folder(tmp_path / "step-3", partial(write_snapshot, snapshot(first, step=3, phase=0)))
    second = learner(kind)
    assert read_checkpoint(tmp_path / "step-3", second) == 3
    for _ in range(2):
        first.update(x)
        second.update(x)
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name]), name


def test_tied_weights_are_saved_and_read(tmp_path: Path) -> None:
    def tied() -> GradientLearner:
        network = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        network[1].weight = network[0].weight
        return GradientLearner(
            network, lambda model, batch: Loss(model(batch.x).sum()), Optimizer(adam(network.parameters(), rate=0.1))
        )

    first, second = tied(), tied()
    first.update(Inputs(torch.randn(2, 3)))
    write_folder(tmp_path / "step-1", partial(write_snapshot, snapshot(first, step=1, phase=0)))
    read_checkpoint(tmp_path / "step-1", second)
    assert torch.equal(second.model[1].weight, first.model[0].weight)


@pytest.mark.parametrize("damage", ["cut", "flip", "remove", "manifest"])
def test_damaged_checkpoint_is_set_aside_and_the_older_one_used(tmp_path: Path, damage: str) -> None:
    run, trained = Run(tmp_path), learner()
    for step in (1, 2):
        trained.update(Inputs(torch.randn(4, 3, 8, 8)))
        run.save(step, trained)
    path = run.checkpoint(2) / ("manifest.json" if damage == "manifest" else "learner.safetensors")
    content = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(content[:-1])
        case "flip":
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "remove":
            path.unlink()
        case _:
            path.write_text("{")
    assert Run(tmp_path).load(learner()) == 1
    assert len(list((tmp_path / "damaged").iterdir())) == 1
    assert "E-CKPT-DAMAGED" in (tmp_path / "events.jsonl").read_text()


def test_failed_writing_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_folder(tmp_path / "whole", fail)
    assert list(tmp_path.iterdir()) == []


def test_manifest_names_what_differs(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", partial(write_snapshot, snapshot(learner(), step=0, phase=0)))
    assert verify_folder(tmp_path / "a") is None
    (tmp_path / "a" / "state.json").write_text("{}")
    assert verify_folder(tmp_path / "a") == "state.json differs from the manifest"


def test_second_writer_is_refused(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(RunInUseError, match="another process"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_no_pickle_is_written(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.save(1, learner())
    names = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {".safetensors", ".json"}


@pytest.mark.parametrize("content", ["{", '{"format": 99}', None])
def test_folder_that_is_no_run_of_ours_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "recipe.json").write_text(content)
    with pytest.raises(CheckpointError):
        open_run(tmp_path)


def test_json_is_replaced_in_one_step(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"x": 1})
    write_json(tmp_path / "a.json", {"x": 2})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
