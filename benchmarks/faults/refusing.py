"""What keeps strangers out and nonsense away: code, what stands there without it, and the test that should notice."""

from benchmarks.faults.keeping import FAULTS
from benchmarks.faults.protection import Protection

RUNS = "tests/test_faults_runs.py::test_"
SECURITY = "tests/test_security.py::test_"
ZIP = "tests/test_data_archives.py::test_a_zip_that_attacks_is_refused"
DOOR = "tests/test_web.py::test_strangers_stay_outside"
ASKED = "tests/test_web_requests.py::test_it_is_answered_in_words"

FILES = (
    Protection(
        "links in a run folder are refused",
        "etude/verbs/folders.py",
        "    refuse_strangers(folder)\n",
        "",
        f"{SECURITY}link_in_a_run_folder_is_refused",
    ),
    Protection(
        "a run folder of another user is refused",
        "etude/training/ownership.py",
        "    if found.st_uid not in (os.geteuid(), 0):",
        "    if False:",
        f"{SECURITY}run_folder_of_another_user_is_refused",
    ),
    Protection(
        "nothing is written through a link",
        "etude/training/disk.py",
        "HARD = os.O_NOFOLLOW | os.O_CLOEXEC",
        "HARD = os.O_CLOEXEC",
        f"{FAULTS}no_link_is_written_through",
    ),
    Protection(
        "files are for their owner alone",
        "etude/training/disk.py",
        "os.O_EXCL | HARD, 0o600)",
        "os.O_EXCL | HARD, 0o644)",
        f"{FAULTS}folders_and_files_are_for_their_owner_alone",
    ),
    Protection(
        "a file too much spoils a checkpoint",
        "etude/training/store.py",
        'return f"{min(others)} is not of it" if others else None',
        "return None",
        f"{FAULTS}a_checkpoint_with_a_file_or_a_link_too_much_is_not_used",
    ),
    Protection(
        "the format of a run is looked at",
        "etude/training/run.py",
        "    if form != FORMAT:",
        "    if False:",
        f"{RUNS}a_run_of_a_newer_etude_says_which_one_to_install",
    ),
    Protection(
        "a name that leads out of an archive is refused",
        "etude/data/archives.py",
        '    if ".." in parts or ',
        "    if False and ",
        ZIP,
    ),
    Protection(
        "links in an archive are refused",
        "etude/data/archives.py",
        "        if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:",
        "        if False:",
        ZIP,
    ),
    Protection(
        "members that share their bytes are refused",
        "etude/data/archives.py",
        "            _check_overlap(infos, path)\n",
        "",
        ZIP,
    ),
    Protection(
        "pixels are counted before they are unpacked",
        "etude/data/decode.py",
        "    if width * height > max_pixels:",
        "    if False:",
        "tests/test_bad_pictures.py::test_the_limit_of_pixels_is_the_users",
    ),
)

CODE = (
    Protection(
        "code that a run folder names is not run",
        "etude/verbs/recipes.py",
        "    if is_known(name):",
        "    if True:",
        f"{SECURITY}recipe_that_a_run_folder_names_is_not_run",
    ),
    Protection(
        "a pickle is read before it is opened",
        "etude/verbs/quarantine.py",
        "    refuse_programs(file, size)\n",
        "",
        f"{SECURITY}file_of_a_stranger_is_refused_by_name_and_nothing_runs",
    ),
    Protection(
        "weights are opened under torch's own guard",
        "etude/verbs/quarantine.py",
        "weights_only=True",
        "weights_only=False",
        f"{SECURITY}torch_is_asked_once_with_its_guard_and_never_without",
    ),
    Protection(
        "the child that opens weights is bounded",
        "etude/verbs/quarantine.py",
        "    confine(size)\n",
        "",
        f"{SECURITY}weights_that_are_larger_than_their_file_are_not_written",
    ),
)

DOORS = (
    Protection(
        "the name under which the page is asked for is looked at",
        "etude/web/gate.py",
        'if asker.headers.get("host") not in hosts:',
        "if False:",
        DOOR,
    ),
    Protection(
        "other pages may not ask",
        "etude/web/gate.py",
        'if origin and origin.removeprefix("http://") not in hosts:',
        "if False:",
        DOOR,
    ),
    Protection("the token is wanted", "etude/web/gate.py", "        if any(", "        if True or any(", DOOR),
    Protection(
        "a body has an end", "etude/web/gate.py", "        if len(found) > LARGEST:", "        if False:", ASKED
    ),
    Protection(
        "a length is told once",
        "etude/web/gate.py",
        'if {"content-length", "transfer-encoding"} <= set(asker.headers.keys()):',
        "if False:",
        ASKED,
    ),
)

NUMBERS = (
    Protection(
        "a state of lost numbers is not kept",
        "etude/training/checkpoint.py",
        "    if lost is not None:\n",
        "    if False:\n",
        "tests/test_training_autopsy.py::test_state_of_lost_numbers_is_refused_and_a_mask_is_not",
    ),
    Protection(
        "each update is looked at",
        "etude/training/fit.py",
        "                refuse_lost(run, step, logs)\n            scores",
        "                pass\n            scores",
        "tests/test_training_autopsy.py::test_loss_is_found_in_its_own_update_between_two_rows_of_the_curves",
    ),
    Protection(
        "changed data stop a run",
        "etude/training/describe.py",
        '    if facts["fingerprint"] != splits.fingerprint:',
        "    if False:",
        f"{RUNS}other_data_stop_a_run_unless_they_are_accepted",
    ),
    Protection(
        "data that are accepted are of the same kind",
        "etude/verbs/changed.py",
        "    if other is not None:",
        "    if False:",
        f"{RUNS}data_of_another_kind_are_not_accepted",
    ),
    Protection(
        "a stop does not count",
        "etude/cli/signals.py",
        "signal.signal(signal.SIGCONT, gone_on)",
        "signal.getsignal(signal.SIGCONT)",
        f"{RUNS}the_time_in_which_a_training_was_stopped_does_not_count",
    ),
    Protection(
        "a reader that goes away is survived",
        "etude/cli/screen.py",
        "    def on_broken_pipe(self)",
        "    def of_no_use(self)",
        f"{RUNS}a_reader_that_goes_away_does_not_end_a_training",
    ),
    Protection(
        "a thread that writes does not wait for itself",
        "etude/training/saving.py",
        "            if self.thread is not current_thread():",
        "            if True:",
        f"{FAULTS}a_training_that_is_ended_in_the_thread_that_writes_waits_for_nobody",
    ),
)

READ = (
    Protection(
        "a time outside the calendar is refused",
        "etude/data/tables/parquet.py",
        "        check_calendar(column, name)\n",
        "        pass\n",
        "tests/test_bad_tables.py::test_a_time_outside_the_calendar_is_named_with_its_row",
    ),
    Protection(
        "long texts do not widen the rows of others",
        "etude/data/translation.py",
        "max(len(a), len(b)) <= LONGEST",
        "True",
        "tests/test_data_translation.py::test_a_text_of_a_million_letters_among_short_ones_takes_no_memory",
    ),
    Protection(
        "memory that is not to be had is no bug",
        "etude/cli/main.py",
        "        full = out_of_memory(error)",
        "        full = None",
        "tests/test_cli.py::test_memory_that_is_not_to_be_had_is_no_bug_of_ours",
    ),
    Protection(
        "a damaged run hides no other",
        "etude/verbs/results.py",
        "    except CheckpointError as error:\n        return Unreadable(",
        "    except ZeroDivisionError as error:\n        return Unreadable(",
        f"{RUNS}one_run_that_cannot_be_read_hides_no_other",
    ),
    Protection(
        "a number whose square is none is refused",
        "etude/playground/own.py",
        "(numbers.abs() <= LARGEST)",
        "numbers.is_finite()",
        "tests/test_playground_own.py::test_what_is_no_table_of_points_is_refused_with_its_line",
    ),
)

REFUSING = (*FILES, *CODE, *DOORS, *NUMBERS, *READ)
