"""Goals whose proof is a part of the test suite: it is run again, and counted."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.faults.goal import Goal
from benchmarks.faults.mutants import DRAWS, SLOPES, node
from tests.numeric.rows import No
from tests.numeric.samplers import SAMPLERS
from tests.numeric.table import ROWS


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests that prove a goal."""

    number: str
    test: str
    wanted: str
    nodes: tuple[str, ...]
    """what pytest is given"""
    peers: str


FAULTS = "tests/test_faults.py::test_"
DIFFERENTIATED = sum(not isinstance(row.slope, No) for row in ROWS)
REFERENCES = dict.fromkeys(node(each) for row in ROWS if not isinstance(row.reference, No) for each in row.reference)
SUITES = (
    Suite(
        "G2",
        "killed before and after every operation of a save (42 kills); the power lost after each, with every name and "
        "content that was not synced (about 300 disks)",
        "the old state or the new one, whole",
        (
            f"{FAULTS}killed_at_every_operation_of_a_save",
            f"{FAULTS}no_power_loss_leaves_anything_but_the_old_or_the_new_state",
        ),
        "no ML peer tests it (no fsync in Orbax, Lightning, Composer); SQLite does",
    ),
    Suite(
        "G4",
        "disk full at every operation, for good, for the curves alone, a file that may not grow, a read-only folder",
        "0 lost checkpoints, the message names space and folder, the training goes on",
        (
            f"{FAULTS}a_full_disk_keeps_every_checkpoint_and_the_training_goes_on",
            f"{FAULTS}a_disk_that_stays_full_ends_the_training_the_third_time",
            f"{FAULTS}curves_that_cannot_be_written_wait_for_better_times",
            f"{FAULTS}a_file_that_may_not_grow_is_a_full_disk",
            f"{FAULTS}a_read_only_folder_is_refused_in_words",
        ),
        "safetensors keeps the old file; torch.save loses it; torch's distributed checkpoints mix old and new",
    ),
    Suite(
        "G10",
        "20 starts on one run folder at once",
        "exactly 1 wins, 19 clear messages",
        (f"{FAULTS}of_twenty_trainings_of_one_run_one_wins",),
        "none locks",
    ),
    Suite(
        "G11",
        "the clock goes back by an hour, on by a day, to 1970 between saves",
        "the newest is kept",
        (f"{FAULTS}clocks_that_jump_change_neither_order_nor_seconds",),
        "HF Trainer deletes the newest",
    ),
    Suite(
        "G7",
        "11 planted blow-ups (NaN pixel, infinite label, log of 0, overflow of exp, slope of a root at 0, 0/0, huge "
        "weights, half precision, an RNN that explodes, absurd rates); no such state is kept",
        "found in the same update, the cause named, exit 6",
        ("tests/test_training_autopsy.py",),
        "Composer's NaNMonitor (loss only, no cause); HF Trainer logs 0.0 and exits with 0; Lightning is silent",
    ),
    Suite(
        "G12",
        "the catalogue of bad inputs: tables, pictures, texts, graphs, command lines, requests, by rows of the design",
        "right code, exit code and message, at most 4 lines, no traceback",
        (
            "tests/test_catalogue.py",
            "tests/test_bad_tables.py",
            "tests/test_bad_pictures.py",
            "tests/test_explanations.py",
            "tests/test_web_requests.py",
            "tests/test_web_gate.py",
        ),
        "pandas names the line of ragged rows; torch.load has 9 kinds of exception; Pillow prints addresses of objects",
    ),
    Suite(
        "G15",
        "pickles that run something (19 kinds), recipes named by a run folder, links, strangers' folders; pickle, eval "
        "and import by name in the source",
        "all refused, no canary, no connection",
        ("tests/test_security.py",),
        "safetensors by design; Keras at least 6 bypasses, weights_only 2, transformers 3 CVEs in 2026",
    ),
    Suite(
        "G16",
        "44 attacks by archives: paths, links, devices, bombs, lies about sizes, names",
        "all contained",
        ("tests/test_data_archives.py",),
        "Keras' head covers most; tarfile's filter was bypassed before June 2025",
    ),
    Suite(
        "G18",
        "over 60 forms of paths in every parameter of the server that names a run or a file",
        "0 bytes from outside",
        ("tests/test_web_paths.py",),
        "MLflow 6 CVEs, Jupyter 1, Gradio 3, ONNX 3 rounds",
    ),
    Suite(
        "G14",
        "awkward CSV files: decimal commas, CR alone, UTF-16, Latin-1, open quotes, short and long rows, inf, 1e999, "
        "web pages, git-lfs pointers, NUL, 007, 1,234, spellings",
        "none read silently wrong",
        ("tests/test_bad_tables.py", "tests/test_data_tables_read.py", "tests/test_data_tables_load.py"),
        "pandas, polars and pyarrow each read at least 5 of 36 wrong without a word",
    ),
    Suite(
        "G30",
        "killed again and again, stopped, damaged, edited, moved to another machine, other data, older formats: what "
        "to do is said, or nothing is to be done",
        "no manual step",
        (
            "tests/test_faults_runs.py",
            "tests/test_older_runs.py",
            "tests/test_training_store.py",
            "tests/test_training_fit.py",
        ),
        "Llama 3: 416 of 419 interruptions; HF Trainer and DCP: delete the folder yourself",
    ),
    Suite(
        "G31",
        "a zoo of 64 planted bugs for etude doctor, and every recipe of the catalogue without one",
        "all but two named, no false alarm",
        ("tests/test_doctor.py",),
        "none has it; Lightning issue 1237 asks for it since 2020",
    ),
    Suite(
        "G20",
        f"derivatives of {DIFFERENTIATED} layers, losses and networks against differences, in double precision and "
        "torch's default tolerances, two examples and one; a name without a row fails",
        "100 % of what is there",
        (SLOPES, "tests/numeric/test_numeric_table.py::test_every_name_has_a_row_and_every_row_a_name"),
        "kornia 378 tests in 146 files, torch 547 operators; PyG and timm: none systematic",
    ),
    Suite(
        "G21",
        f"{len(REFERENCES)} comparisons with scikit-learn, torch, scipy, transformers, PyTorch Geometric, pytorch-crf, "
        "coral-pytorch, gensim, sacrebleu, seqeval, enumeration and published numbers: those that the rows name",
        "all within their tolerance",
        tuple(REFERENCES),
        "timm and transformers compare with stored outputs of their own",
    ),
    Suite(
        "G22",
        "scikit-learn's check_estimator, no failure expected",
        "100 %",
        ("tests/test_sklearn.py::test_passes_every_check_that_scikit_learn_makes",),
        "scikit-learn's own MLPClassifier 67 of 67",
    ),
    Suite(
        "G25",
        f"{len(SAMPLERS)} samplers: a right one fails once in a million runs, one that is wrong by 0.02 passes once in "
        "a hundred; such an error planted in each",
        "right ones pass, wrong ones do not",
        (DRAWS, "tests/numeric/test_numeric_samplers.py::test_every_place_that_draws_has_a_row"),
        "TFP 32 files; others compare means and variances",
    ),
)


def goals() -> Iterator[Goal]:
    """Each of them."""
    for suite in SUITES:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *suite.nodes],
            capture_output=True,
            text=True,
            check=False,
        )
        passed, failed = (
            int(count[0]) if count else 0 for count in (counted(done.stdout, "passed"), counted(done.stdout, "failed"))
        )
        yield Goal(
            suite.number,
            suite.test,
            suite.wanted,
            f"{passed} of {passed + failed} tests pass",
            suite.peers,
            met=done.returncode == 0 and passed > 0,
        )


def counted(text: str, word: str) -> list[str]:
    """The number before a word in the last line of pytest."""
    return re.findall(rf"(\d+) {word}", text.splitlines()[-1] if text else "")
