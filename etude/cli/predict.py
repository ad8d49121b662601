"""etude predict RUN FILES: answers for new files."""

import csv
import io
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from etude.cli.flags import parse, show
from etude.errors import UsageError
from etude.evaluation.answers import Answers
from etude.training.store import write_text
from etude.verbs.predict import predict
from etude.verbs.trained import load_trained


@dataclass(frozen=True)
class Flags:
    """Answer for files or texts that training never met; nothing is needed but the run folder."""

    run: Annotated[str, tyro.conf.Positional] = "last"
    """run folder, its name in runs/, last or best"""
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """pictures, folders of pictures, tables or .npz; for a run on texts also the texts themselves, in quotes"""
    out: Path | None = None
    """write the answers to this CSV file"""
    probabilities: bool = False
    """one column for each class"""
    use: Literal["best", "last"] = "best"
    """checkpoint with the best validation score, or the last one"""
    recipe: Path | None = None
    """recipe file that you have read and trust, for a run whose own one is gone"""
    json: bool = False
    """print the answers as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="predict")
    if not flags.inputs:
        raise UsageError("E-PREDICT", f"answers for which files? For example: etude predict {flags.run} picture.png")
    answers = predict(load_trained(flags.run, use=flags.use, trusted=flags.recipe), flags.inputs)
    for note in answers.notes:
        print(f"  {note}", file=sys.stderr)
    text = as_csv(answers, probabilities=flags.probabilities)
    if flags.out is not None:
        write_text(flags.out, text)
        text = f"{len(answers.rows):,} answers in {flags.out}"
    show(asdict(answers), text.rstrip("\n"), as_json=flags.json)
    return 0


def as_csv(answers: Answers, *, probabilities: bool) -> str:
    """A table of the answers."""
    classes = sorted(answers.rows[0].probabilities) if answers.rows else []
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    spread = [f"probability of {name}" for name in classes] if probabilities else []
    writer.writerow(["name", answers.target, *(["probability"] if classes else []), *spread])
    for row in answers.rows:
        confidence = [f"{max(row.probabilities.values()):.6g}"] if classes else []
        all_of_them = [f"{row.probabilities[name]:.6g}" for name in classes] if probabilities else []
        writer.writerow([row.name, row.answer, *confidence, *all_of_them])
    return file.getvalue()
