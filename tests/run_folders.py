"""Small run folders as a training and its evaluation leave them, for the tests of the report."""

import json
import math
from dataclasses import asdict
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

from etude.evaluation.baselines import baselines
from etude.evaluation.evaluate import evaluate
from etude.evaluation.predictor import Predictor
from etude.evaluation.records import Judgement, to_json
from etude.records import Labelled
from etude.report.worst import save_worst
from etude.schema import Category, Classes, Date, Number, Pictures, Quantity, Schema, Signals, Table

COMMAND = ["/usr/bin/etude", "train", "lenet", "--epochs", "15"]


def write_run(folder: Path, schema: Schema, parts: tuple[Labelled, Labelled], network: nn.Module) -> Path:
    """Train `network` for a moment on the first part, evaluate on the second, and leave everything in `folder`."""
    folder.mkdir(parents=True)
    classes = isinstance(schema.target, Classes)
    train, test = parts
    rows = curves(network, train, test, classes=classes)
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    dump(
        folder / "recipe.json", {"format": 1, "recipe": "lenet", "fields": {"source": {"data": "digits"}, "rate": 0.02}}
    )
    dump(
        folder / "environment.json",
        {"versions": {"python": "3.11.9", "torch": "2.13.0"}, "threads": 2, "command": COMMAND},
    )
    dump(folder / "experiment-0.json", {"phase": 0, "parameters": sum(each.numel() for each in network.parameters())})
    facts = {"train": len(train), "valid": 100, "test": len(test)}
    notes = ["column 'town': 3 categories", "12 missing values in 'age'"]
    data = {"schema": asdict(schema), "rule": "70/20/10 stratified by class, seed 0", "parts": facts, "notes": notes}
    dump(folder / "data.json", data | {"fingerprint": "9f" * 32})
    looked = {"time": 1_790_000_000.0, "event": "evaluate", "part": "test"}
    (folder / "events.jsonl").write_text(json.dumps(looked) + "\n")
    predictor = Predictor(network, schema, device=torch.device("cpu"))
    found = evaluate(predictor, test, part="test", rows=torch.arange(len(test)) + 1600, batch=1000)
    simple = baselines(train, test, schema, seed=0)
    (folder / "evaluation-test.json").write_text(to_json(Judgement(found, simple, "best, step 60")))
    save_worst(folder, found, test, schema)
    return folder


def curves(network: nn.Module, train: Labelled, test: Labelled, *, classes: bool) -> list[dict[str, float]]:
    """The rows of a training of 60 updates."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    goal = nn.functional.cross_entropy if classes else nn.functional.mse_loss
    rows: list[dict[str, float]] = []
    for step in range(1, 61):
        loss = goal(network(train.x), train.y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        row = {"step": step, "phase": 0, "seconds": step * 0.11, "loss": float(loss.detach()), "epoch": step / 6}
        row["learning_rate"] = 0.02 * (1 + math.cos(math.pi * step / 60)) / 2
        if step % 6 == 0:
            with torch.no_grad():
                output = network(test.x)
                score = (
                    (output.argmax(1) == test.y).float().mean() if classes else (output - test.y).square().mean().sqrt()
                )
                row |= {
                    "valid_loss": float(goal(output, test.y)),
                    f"valid_{'accuracy' if classes else 'rmse'}": float(score),
                }
        rows.append(row)
    return rows


def dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value))


class Scaled(nn.Module):
    """Bytes to numbers around 0."""

    def forward(self, x: Tensor) -> Tensor:
        return (x.float() / 255 - 0.3).flatten(1)


class OneNumber(nn.Module):
    """A number for each row, from its numeric columns."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.line = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.line(x[:, : self.line.in_features])[:, 0]


def pictures_run(folder: Path, names: tuple[str, ...] = tuple("0123456789")) -> Path:
    """Ten classes of pictures."""
    digits = load_digits()
    x, y = (torch.tensor(digits.images)[:, None] * 15).to(torch.uint8), torch.tensor(digits.target)
    counts = tuple(int(each) for each in y[:1200].bincount(minlength=10))
    schema = Schema(Pictures(8, 8, 1, (0.3,), (0.35,)), Classes("digit", names, counts))
    return write_run(
        folder,
        schema,
        (Labelled(x[:1200], y[:1200]), Labelled(x[1200:], y[1200:])),
        nn.Sequential(Scaled(), nn.Linear(64, 10)),
    )


def table_run(folder: Path) -> Path:
    """A quantity from a table with numbers, a date and categories."""
    n = 900
    numbers, codes = torch.randn(n, 3), torch.randint(0, 4, (n, 1)).float()
    missing = (torch.rand(n, 1) < 0.1).float()
    x = torch.cat([numbers, missing, codes], 1)
    y = 0.7 * numbers[:, 0] - 0.3 * numbers[:, 1] + 0.2 * codes[:, 0] - 0.3 + 0.4 * torch.randn(n)
    table = Table(
        (
            Number("age", 38.0, 39.5, 14.2, True),
            Number("income", 21_000.0, 25_400.0, 12_800.0, False),
            Date("bought", "%Y-%m-%d", 18_000.0, 18_100.0, 700.0, False),
            Category("town", ("Bonn", "Kyiv", "Porto")),
        )
    )
    schema = Schema(table, Quantity("price", 206_000.0, 115_000.0))
    return write_run(folder, schema, (Labelled(x[:700], y[:700]), Labelled(x[700:], y[700:])), OneNumber(4))


def signals_run(folder: Path, names: tuple[str, ...] = ("rest", "<script>alert(1)</script>")) -> Path:
    """Two classes of series."""
    y = torch.randint(2, (400,))
    x = torch.sin(torch.linspace(0, 9, 40) * (1 + 0.4 * y[:, None])) + 0.8 * torch.randn(400, 40)
    schema = Schema(Signals(40, 0.0, 1.0), Classes("state & mood", names, (150, 150)))
    return write_run(folder, schema, (Labelled(x[:300], y[:300]), Labelled(x[300:], y[300:])), nn.Linear(40, 2))
