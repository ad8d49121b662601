"""etude VERB [RUN or RECIPE] [flags]: runs the verb, and turns what went wrong into one message and a code."""

import importlib
import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from types import ModuleType

from etude.errors import EtudeError, ResourceError, UsageError, nearest

VERBS = {
    "train": "train a recipe on data: etude train lenet --data photos/",
    "resume": "go on with a training that was stopped: etude resume",
    "doctor": "what is wrong with a training, a run or this machine",
    "evaluate": "score a run on its test part, with intervals and baselines",
    "predict": "answers for new files or texts: etude predict last picture.png",
    "generate": "new texts, pictures or points from a run that makes some",
    "explain": "what a network looks at; or what an error means: etude explain E-...",
    "compare": "which of two runs is better, and whether that is luck",
    "playground": "watch a small network learn in the browser, and change it",
    "report": "one page with everything a run has to say for itself",
    "list": "the recipes, data sets and runs there are",
    "show": "one recipe: its source, its settings, its paper",
    "import": "weights of strangers as safetensors, without running them",
    "data": "get, preview and check data sets",
}

BUG = 70
FULL = re.compile(r"can't allocate memory|out of memory|not enough memory|bad_alloc")
"""what the allocators of torch say"""
LONGEST_NAME = 200
"""characters of a path in a message"""


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
        "An error ends in its code: `etude explain E-CSV-RAGGED` says more, `etude explain codes` lists all.\n\n"
        "exit codes: 0 done, 1 a gate not met, data to mend, a finding of doctor, or an error in a recipe of yours,\n"
        "  2 usage, 3 data, 4 run folder, 5 resources, 6 diverged, 7 run folder in use, 70 a bug of etude,\n"
        "  130 Ctrl-C, 143 SIGTERM (both can be resumed)\n"
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
        return answered(error, words)
    except KeyboardInterrupt:
        print("etude: stopped at once; a training keeps its last checkpoint: etude resume", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a path that is too long, a folder that may not be written
        refused = ResourceError("E-FILE", f"'{shown(error.filename)}': {error.strerror}")
        return confess(error) if error.filename is None else answered(refused, words)
    except Exception as error:
        full = out_of_memory(error)
        return answered(full, words) if full else blame(error) or confess(error)


def find_verb(name: str) -> ModuleType:
    """The file of a verb; no other one is imported."""
    if name not in VERBS:
        raise UsageError("E-VERB", f"no verb {name!r}{nearest(name, VERBS)} `etude --help` shows all.")
    return importlib.import_module(f"etude.cli.{name}")


def answered(error: EtudeError, words: list[str]) -> int:
    """Say it to whom asked, a person or a script; the exit code."""
    complain(error, as_json="--json" in words)
    return error.exit_code


def shown(name: object) -> str:
    """A path on one line, cut where it is long."""
    text = str(name)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}..."


def complain(error: EtudeError, *, as_json: bool) -> None:
    """Say what was got, what was wanted and what to do."""
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": error.message}}, ensure_ascii=False))
    else:
        print(f"etude: {error.message} [{error.code}]", file=sys.stderr)


def out_of_memory(error: Exception) -> ResourceError | None:
    """What to say where NumPy, torch or Python itself was refused memory, of this machine or of a GPU."""
    said = str(error)
    if not isinstance(error, MemoryError) and not (isinstance(error, RuntimeError) and FULL.search(said)):
        return None
    wanted = re.search(r"allocate (\d+) bytes", said)
    found = re.search(r"allocate ([\d.]+ [KMGT]iB)", said)
    size = f"{int(wanted[1]) / 2**30:.2f} GiB" if wanted else found[1] if found else "more than is left"
    device = "GPU" if "CUDA" in said else "machine"
    return ResourceError(
        "E-MEMORY",
        f"the memory of this {device} is full: {size} was asked for at once. Try a smaller --batch, fewer or shorter "
        "examples, or a smaller network; what a training saved before is kept: etude resume.",
    )


def blame(error: Exception) -> int:
    """1 where the code of somebody's own recipe failed, of which the traceback shows the part from there on; else 0."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((number for number, each in enumerate(frames) if each.filename in own_files()), None)
    if own is None:
        return 0
    said = "".join(traceback.format_list(frames[own:]))
    first = frames[own]
    print(
        f"etude: {first.filename}, line {first.lineno}, in {first.name}: {type(error).__name__}: {error}\n{said}"
        "The last good checkpoint is kept; when that is mended: etude resume",
        file=sys.stderr,
    )
    return 1


def own_files() -> set[str]:
    """Recipes in files of somebody's own that were loaded."""
    modules = [module for name, module in sys.modules.items() if name.startswith("etude_recipe_")]
    return {str(module.__file__) for module in modules}


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
