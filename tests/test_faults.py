"""No fault loses a run: the real fault, at every operation on the disk, and what is found afterwards."""

import errno
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import torch
from torch import nn

from etude.errors import CheckpointError, ResourceError, RunInUseError
from etude.learners.base import GradientLearner
from etude.optim import Optimizer, adam
from etude.records import Inputs
from etude.training import disk
from etude.training.run import Run
from etude.training.store import locked, read_lines, sweep, write_folder, write_json
from etude.types import Loss
from tests.power import Disk, restore

OPERATIONS = ("make_folder", "write", "append", "sync", "rename", "remove", "remove_folder")
DONE = 9


def learner(step: int) -> GradientLearner:
    """Every number says after which update it was saved, so a mixture would be seen."""
    network = nn.Linear(3, 40)
    built = GradientLearner(
        network, lambda model, batch: Loss(model(batch.x).sum()), Optimizer(adam(network.parameters(), rate=1.0))
    )
    built.update(Inputs(torch.zeros(1, 3)))
    for tensor in built.state_dict().values():
        tensor.fill_(step)
    return built


def train(run: Run, steps: list[int]) -> None:
    """Rows of the curves, and a checkpoint behind each."""
    for step in steps:
        run.log(step, {"loss": float(step)})
        run.save(step, learner(step))


def found(folder: Path) -> int:
    """The update from which a run goes on, whose numbers are all its own, and whose rows are all there."""
    run, built = Run(folder), learner(0)
    step = run.load(built)
    assert all(bool((each == step).all()) for each in built.state_dict().values()), "a mixture of two states"
    assert [row["step"] for row in run.curves()] == list(range(1, step + 1))
    return step


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug here, so nobody waits for the disk."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A run folder with three updates behind it."""
    folder = tmp_path / "run"
    folder.mkdir()
    train(Run(folder), [1, 2, 3])
    return folder


def started(act: Callable[[], Any]) -> int:
    """Do it in a child, of which this is the number."""
    child = os.fork()
    if not child:
        try:
            act()
            os._exit(0)
        except BaseException:
            os._exit(99)
    return child


def forked(act: Callable[[], Any]) -> int:
    """Do it in a child; the code with which that ended, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(started(act), 0)[1])


def breaking(number: int, how: Callable[[], None], *, after: bool = False) -> None:
    """From now on, something happens before, or after, operation `number` on the disk."""
    count = 0

    def broken(act: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*arguments: Any) -> Any:
            nonlocal count
            count += 1
            if count == number and not after:
                how()
            answer = act(*arguments)
            if count == number and after:
                how()
            return answer

        return operation

    for name in OPERATIONS:
        setattr(disk, name, broken(getattr(disk, name)))


@pytest.fixture
def mended() -> Iterator[None]:
    """The operations are whole again afterwards."""
    whole = {name: getattr(disk, name) for name in OPERATIONS}
    yield
    for name, act in whole.items():
        setattr(disk, name, act)


def operations(folder: Path, act: Callable[[], None]) -> list[str]:
    """The names of the operations on the disk, in order."""
    names: list[str] = []
    for name in OPERATIONS:
        whole = getattr(disk, name)
        setattr(disk, name, lambda *arguments, whole=whole, name=name: (names.append(name), whole(*arguments))[1])
    act()
    return names


def test_killed_at_every_operation_of_a_save(before: Path, tmp_path: Path, mended: None) -> None:
    steps = operations(before, lambda: train(Run(shutil.copytree(before, tmp_path / "counted")), [4]))
    assert len(steps) > 15 and {"write", "append", "sync", "rename", "remove", "remove_folder"} <= set(steps)
    for number in range(1, len(steps) + 1):
        for after in (False, True):
            folder = shutil.copytree(before, tmp_path / f"{number}-{after}")

            def killed(number: int = number, after: bool = after, folder: Path = folder) -> None:
                breaking(number, lambda: os.kill(os.getpid(), signal.SIGKILL), after=after)
                with locked(folder):
                    train(Run(folder), [4])

            assert forked(killed) == -signal.SIGKILL
            with locked(folder):
                assert not list(folder.rglob(".tmp-*")), "what was not finished is swept"
                assert found(folder) in (3, 4)
                train(Run(folder), [5])
            shutil.rmtree(folder)


@pytest.mark.parametrize("saved", [1, 4])
def test_no_power_loss_leaves_anything_but_the_old_or_the_new_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: int
) -> None:
    """A few hundred disks: after each operation, with each name and each content that was not synced."""
    before = tmp_path / "run"
    before.mkdir()
    train(Run(before), list(range(1, saved)))
    recorded = Disk(before)
    for name in OPERATIONS:
        whole = getattr(disk, name)

        def noted(*arguments: Any, whole: Callable[..., Any] = whole, name: str = name) -> None:
            whole(*arguments)
            recorded.note(name, *arguments)

        monkeypatch.setattr(disk, name, noted)
    train(Run(before), [saved])
    monkeypatch.undo()
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    outcomes: dict[int, set[int]] = {}
    for count, (moment, left) in enumerate(recorded.losses()):
        folder = tmp_path / str(count)
        restore(left, folder)
        with locked(folder):
            outcomes.setdefault(moment, set()).add(found(folder))
        shutil.rmtree(folder)
    assert set().union(*outcomes.values()) == {saved - 1, saved}
    assert count > 100
    assert outcomes[len(recorded.moments)] == {saved}, "what was saved is kept"


@pytest.mark.parametrize("number", range(1, 22))
def test_a_full_disk_keeps_every_checkpoint_and_the_training_goes_on(before: Path, mended: None, number: int) -> None:
    breaking(number, lambda: (_ for _ in ()).throw(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    run = Run(before)
    try:
        train(run, [4])
    except ResourceError as error:
        assert "no space left" in error.message and "MB free" in error.message
    assert found(shutil.copytree(before, before.with_name("now"))) in (3, 4)
    train(run, [5])
    with locked(before):
        assert found(before) == 5
    assert [row["step"] for row in read_lines(before / "metrics.jsonl")] == [1, 2, 3, 4, 5]


def test_a_disk_that_stays_full_ends_the_training_the_third_time(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk, "write", full)
    monkeypatch.setattr("etude.training.saving.LONGEST", 0.0)
    run, said = Run(before), []
    with pytest.raises(ResourceError, match="no space left") as error:
        for step in range(4, 9):
            said.append(run.offer(step, learner(step)))
            run.saver.wait()
    assert len(said) == 3 and not said[0] and all("tries again" in each for each in said[1:])
    assert error.value.code == "E-DISK" and error.value.exit_code == 5
    assert found(before) == 3


def test_curves_that_cannot_be_written_wait_for_better_times(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    run = Run(before)
    with monkeypatch.context() as patch:
        patch.setattr(disk, "append", full)
        for step in (4, 5):
            run.log(step, {"loss": 0.0})
        assert "the curves cannot be written" in run.offer(5, learner(5))
        assert not run.offer(5, learner(5)), "it is said once"
    run.saver.wait()
    run.log(6, {"loss": 0.0})
    assert [row["step"] for row in Run(before).curves()] == [1, 2, 3, 4, 5, 6]


def test_a_file_that_may_not_grow_is_a_full_disk(before: Path) -> None:
    """The real fault: the system itself cuts the writing off."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
        try:
            Run(before).save(4, learner(4))
        except ResourceError as error:
            os._exit(DONE if "file too large" in error.message else 1)

    assert forked(limited) == DONE
    assert found(before) == 3


def test_a_read_only_folder_is_refused_in_words(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(disk, "lock", refused)
    with pytest.raises(ResourceError, match="read-only file system"), locked(before):
        pass


def test_of_twenty_trainings_of_one_run_one_wins(before: Path) -> None:
    ready, go = os.pipe()

    def compete() -> None:
        os.close(go)
        os.read(ready, 1)  # until all have started
        try:
            with locked(before):
                time.sleep(60)
        except RunInUseError as error:
            os._exit(DONE if f"{before} is being written by another process" in error.message else 1)

    children = [started(compete) for _ in range(20)]
    os.close(go)
    for _ in range(19):
        child, status = os.waitpid(-1, 0)
        children.remove(child)
        assert os.waitstatus_to_exitcode(status) == DONE
    with pytest.raises(RunInUseError, match=f"another process, {children[0]} on "), locked(before):
        pass
    os.kill(children[0], signal.SIGKILL)
    os.waitpid(children[0], 0)
    os.close(ready)
    with locked(before):
        pass  # a lock goes with its process


@pytest.mark.parametrize("jump", [-3600.0, 86400.0, -1e9])
def test_clocks_that_jump_change_neither_order_nor_seconds(
    before: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    now = iter([jump * k + 1e9 for k in range(1000)])
    monkeypatch.setattr("time.time", lambda: next(now))
    train(Run(before), [4, 5])
    assert Run(before).steps() == [4, 5]
    assert found(before) == 5
    seconds = [row["seconds"] for row in Run(before).curves()]
    assert all(each >= 0 for each in seconds)


def test_one_flipped_bit_is_seen_wherever_it_is(before: Path) -> None:
    chance = torch.Generator().manual_seed(0)
    folder = Run(before).checkpoint(3)
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        for position in torch.randint(8 * len(content), (10,), generator=chance).tolist():
            damaged = bytearray(content)
            damaged[position // 8] ^= 1 << position % 8
            path.write_bytes(bytes(damaged))
            copy = shutil.copytree(before, before.with_name("copy"))
            assert found_older(copy) == 2, (path.name, position)
            shutil.rmtree(copy)
        path.write_bytes(content)
    assert found(before) == 3


def found_older(folder: Path) -> int:
    """Like `found`."""
    step = found(folder)
    assert len(list((folder / "damaged").iterdir())) == 1
    return step


def test_a_checkpoint_with_a_file_or_a_link_too_much_is_not_used(before: Path) -> None:
    folder = Run(before).checkpoint(3)
    (folder / "extra").write_text("x")
    assert found(shutil.copytree(before, before.with_name("extra"))) == 2
    (folder / "extra").unlink()
    real = folder.rename(before / "elsewhere")
    folder.symlink_to(real)
    assert found(before) == 2


@pytest.mark.parametrize("name", [".lock", "metrics.jsonl", "events.jsonl"])
def test_no_link_is_written_through(before: Path, name: str) -> None:
    victim = before.with_name("victim")
    victim.write_text("mine\n")
    (before / name).unlink(missing_ok=True)
    (before / name).symlink_to(victim)
    try:
        with locked(before):
            run = Run(before)
            run.note("hello")
            run.log(4, {"loss": 1.0})
    except OSError as error:
        assert error.errno == errno.ELOOP
    assert victim.read_text() == "mine\n"


def test_folders_and_files_are_for_their_owner_alone(before: Path) -> None:
    os.umask(os.umask(0))
    with locked(before):
        train(Run(before), [4])
        write_json(before / "facts.json", {})
        write_folder(before / "made", lambda folder: disk.write(folder / "a", b""))
    modes = {path: path.stat().st_mode & 0o777 for path in before.rglob("*")}
    assert {oct(mode) for path, mode in modes.items() if path.is_file()} == {"0o600"}
    assert {oct(mode) for path, mode in modes.items() if path.is_dir()} == {"0o700"}


def test_what_is_still_being_written_is_not_swept(tmp_path: Path) -> None:
    def look(folder: Path) -> None:
        assert forked(lambda: sweep(tmp_path)) == 0
        assert folder.exists()
        disk.write(folder / "a", b"whole")

    write_folder(tmp_path / "made", look)
    assert (tmp_path / "made" / "a").read_bytes() == b"whole"


def test_a_row_that_a_power_loss_tore_is_left_out_and_written_over(before: Path) -> None:
    with (before / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4, "pha')
    assert [row["step"] for row in Run(before).curves()] == [1, 2, 3]
    Run(before).log(4, {"loss": 1.0})
    assert [row["step"] for row in Run(before).curves()] == [1, 2, 3, 4]
    with (before / "metrics.jsonl").open("a") as file:
        file.write("{\n")
    with pytest.raises(CheckpointError, match="damaged"):
        Run(before).curves()


def test_a_training_that_is_ended_in_the_thread_that_writes_waits_for_nobody(before: Path) -> None:
    """Where memory is tidied up there, and somebody had left it without closing it."""
    run = Run(before)
    ended = Thread(target=run.save, args=(4, learner(4)))
    run.saver.thread = ended
    ended.start()
    ended.join(60)
    assert run.saver.failed() is None and Run(before).steps()[-1] == 4
