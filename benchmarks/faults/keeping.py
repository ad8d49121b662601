"""What keeps runs: code, what stands there without it, and the test that should notice."""

from benchmarks.faults.protection import Protection

FAULTS = "tests/test_faults.py::test_"
POWER = f"{FAULTS}no_power_loss_leaves_anything_but_the_old_or_the_new_state"

KEEPING = (
    Protection(
        "files are synced before their folder gets its name",
        "etude/training/store.py",
        "                disk.sync(path)\n",
        "                pass\n",
        POWER,
    ),
    Protection(
        "a folder is synced before it gets its name",
        "etude/training/store.py",
        "            disk.sync(draft)\n            place",
        "            place",
        POWER,
    ),
    Protection(
        "the new name is synced",
        "etude/training/store.py",
        "            disk.sync(folder.parent)\n        finally",
        "        finally",
        POWER,
    ),
    Protection(
        "the folder of checkpoints is synced",
        "etude/training/run.py",
        "            disk.sync(self.folder)",
        "            pass",
        POWER,
    ),
    Protection(
        "the curves are synced before their checkpoint",
        "etude/training/run.py",
        "            disk.sync(self.metrics)",
        "            pass",
        POWER,
    ),
    Protection(
        "a checkpoint is written beside its place",
        "etude/training/store.py",
        "    draft = temporary(folder)\n    with writing(folder.parent):",
        "    draft = folder\n    with writing(folder.parent):",
        f"{FAULTS}killed_at_every_operation_of_a_save",
    ),
    Protection(
        "digests are compared",
        "etude/training/store.py",
        ' or digest(path) != expected["blake2b"]',
        "",
        f"{FAULTS}one_flipped_bit_is_seen_wherever_it_is",
    ),
    Protection(
        "a run folder is locked",
        "etude/training/disk.py",
        "        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "        pass\n",
        f"{FAULTS}of_twenty_trainings_of_one_run_one_wins",
    ),
    Protection(
        "links are not followed",
        "etude/training/disk.py",
        "os.O_NOFOLLOW | os.O_CLOEXEC",
        "os.O_CLOEXEC",
        f"{FAULTS}no_link_is_written_through",
    ),
    Protection(
        "what failed to be appended is cut off",
        "etude/training/disk.py",
        "    if whole < size:\n        os.ftruncate(handle, whole)\n    return whole",
        "    return size",
        f"{FAULTS}a_row_that_a_power_loss_tore_is_left_out_and_written_over",
    ),
    Protection(
        "a full disk is no end",
        "etude/training/saving.py",
        "self.failures >= TRIES",
        "self.failures >= 1",
        f"{FAULTS}a_disk_that_stays_full_ends_the_training_the_third_time",
    ),
    Protection(
        "what is being written is not swept",
        "etude/training/store.py",
        "        held = disk.lock(draft)  # so that nobody sweeps it away\n",
        "        held = os.open(os.devnull, os.O_RDONLY)\n",
        f"{FAULTS}what_is_still_being_written_is_not_swept",
    ),
    Protection(
        "chance is part of a checkpoint",
        "etude/training/checkpoint.py",
        '    torch.set_rng_state(tensors["chance/cpu"])\n',
        "",
        "tests/test_training_fit.py::test_resumed_run_equals_uninterrupted",
    ),
    Protection(
        "edited settings are refused",
        "etude/verbs/train.py",
        "    refuse_edited(run.folder)\n",
        "",
        "tests/test_faults_runs.py::test_settings_that_were_edited_by_hand_stop_a_run_with_what_differs",
    ),
    Protection(
        "a closed terminal is survived",
        "etude/cli/signals.py",
        "signal.signal(signal.SIGHUP, silence)",
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)",
        "tests/test_faults_runs.py::test_a_terminal_that_is_closed_does_not_end_a_training",
    ),
)
