"""etude VERB [RUN or RECIPE] [flags]: runs the verb, and turns what went wrong into one message and a code."""

import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from types import ModuleType

from etude.errors import EtudeError, UsageError, nearest

VERBS = {
    "train": "train a recipe on data: etude train lenet --data photos/",
    "resume": "go on with a training that was stopped: etude resume",
    "doctor": "what is wrong with a training, a run or this machine",
    "evaluate": "score a run on its test part, with intervals and baselines",
    "predict": "answers for new files or texts: etude predict last picture.png",
    "generate": "new texts, pictures or points from a run that makes some",
    "explain": "what a network looks at: attention, neighbours, probabilities",
    "compare": "which of two runs is better, and whether that is luck",
    "playground": "watch a small network learn in the browser, and change it",
    "report": "one page with everything a run has to say for itself",
    "list": "the recipes, data sets and runs there are",
    "show": "one recipe: its source, its settings, its paper",
    "data": "get, preview and describe data sets",
}

BUG = 70


def usage() -> str:
    """The page of `etude --help`."""
    verbs = "\n".join(f"  {verb:<11}{about}" for verb, about in VERBS.items())
    return (
        "usage: etude VERB [RUN or RECIPE] [flags]\n\n"
        "Train networks on your own data, see honestly how good they are, and why.\n\n"
        f"verbs:\n{verbs}\n\n"
        "A run is a folder, its name in runs/, `last` (the default) or `best`.\n"
        "`etude VERB --help` says more; every verb takes --json.\n\n"
        "first steps:\n"
        "  etude train lenet                      a convolutional network on 8x8 digits, in seconds\n"
        "  etude evaluate && etude report         its honest score, and a page about it\n"
        "  etude train tabular --data people.csv --target income\n\n"
        "exit codes: 0 done, 1 a --require gate not met or a finding of doctor, 2 usage, 3 data, 4 run folder,\n"
        "  5 resources, 6 diverged, 7 run folder in use, 70 a bug of etude, 130 Ctrl-C, 143 SIGTERM\n"
        "  (the last two can be resumed)\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `etude`: do what the arguments say; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if not words or words[0] in ("-h", "--help", "help", "--version"):
            print(version() if words[:1] == ["--version"] else usage(), end="")
            return 0
        return int(find_verb(words[0]).command(words[1:]))
    except EtudeError as error:
        complain(error, as_json="--json" in words)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return confess(error)


def find_verb(name: str) -> ModuleType:
    """The file of a verb; no other one is imported."""
    if name not in VERBS:
        raise UsageError("E-VERB", f"no verb {name!r}{nearest(name, VERBS)} `etude --help` shows all.")
    return importlib.import_module(f"etude.cli.{name}")


def complain(error: EtudeError, *, as_json: bool) -> None:
    """Say what was got, what was wanted and what to do."""
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": error.message}}, ensure_ascii=False))
    else:
        print(f"etude: {error.message} [{error.code}]", file=sys.stderr)


def confess(error: Exception) -> int:
    """A bug of ours: the traceback goes to a file, the user gets its name."""
    with tempfile.NamedTemporaryFile("w", prefix="etude-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    print(f"etude: this is a bug of etude: {type(error).__name__}: {error}\n  traceback: {file.name}", file=sys.stderr)
    return BUG


def version() -> str:
    """Of the installed package."""
    metadata = importlib.import_module("importlib.metadata")  # 30 ms that only this page pays
    return f"etude {metadata.version('etude')}\n"


if __name__ == "__main__":
    sys.exit(main())
