"""What strangers cannot do: with code in the source, a recipe in a run folder, links in it, or weights."""

import ast
import hashlib
import io
import json
import os
import pickle
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from etude.cli.main import main
from etude.errors import CheckpointError, EtudeError
from etude.training.ownership import refuse_strangers
from etude.verbs import quarantine, weights
from etude.verbs.folders import find_run
from etude.verbs.recipes import read_recipe
from etude.verbs.weights import import_weights

SOURCE = Path(__file__).parent.parent / "etude"

FORBIDDEN_MODULES = {"pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "pickletools"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "torch.load", "runpy.run_path"}
FORBIDDEN_VALUES = {("allow_pickle", True), ("shell", True), ("weights_only", False)}
IMPORTERS = ("import_module", "exec_module", "spec_from_file_location")

ALLOWED = {
    # the child process that opens weights of strangers: reads pickles without running them, then torch's own guard
    ("verbs/quarantine.py", "pickletools"),
    ("verbs/quarantine.py", "torch.load"),
    # names out of our own tables: public names of the package, verbs that are in VERBS
    ("__init__.py", "import_module(_HOMES[name])"),
    ("cli/main.py", "import_module(f'etude.cli.{name}')"),
    # recipes: those in our folder, those of installed packages, and what the user has named himself (verbs/trust.py)
    ("verbs/recipes.py", "import_module(f'etude.recipes.{name.replace('-', '_')}')"),
    ("verbs/recipes.py", "import_module(f\"etude.recipes.{name.replace('-', '_')}\")"),
    ("verbs/recipes.py", "import_module(installed[name])"),
    ("verbs/recipes.py", "import_module(name)"),
    ("verbs/recipes.py", "spec_from_file_location(name, path)"),
    ("verbs/recipes.py", "exec_module(module)"),
}


def dangers(source: str) -> Iterator[str]:
    """What in a file runs code or reads data that could."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.split(".")[0] in FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FORBIDDEN_MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            yield from dangerous_call(node)


def dangerous_call(node: ast.Call) -> Iterator[str]:
    name = dotted(node.func)
    last = name.rpartition(".")[2]
    values = {(each.arg, each.value.value) for each in node.keywords if isinstance(each.value, ast.Constant)}
    if name in FORBIDDEN_CALLS:
        yield name
    if last in IMPORTERS and not (last == "import_module" and isinstance(node.args[0], ast.Constant)):
        yield f"{last}({', '.join(map(ast.unparse, node.args))})"
    if name in ("np.load", "numpy.load") and ("allow_pickle", False) not in values:
        yield name
    yield from (f"{key}={value}" for key, value in FORBIDDEN_VALUES & values)


def dotted(node: ast.expr) -> str:
    """'os.path.join' of the expression that says so."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_no_source_runs_or_unpickles_what_it_reads() -> None:
    for path in sorted(SOURCE.rglob("*.py")):
        found = {(path.relative_to(SOURCE).as_posix(), each) for each in dangers(path.read_text(encoding="utf-8"))}
        assert found <= ALLOWED, found - ALLOWED


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(line, shell=True)",
        "eval(text)",
        "exec(text)",
        "os.system(line)",
        "__import__(name)",
        "importlib.import_module(name)",
        "spec.loader.exec_module(module)",
        "read(path, weights_only=False)",
    ],
)
def test_each_danger_would_be_seen(line: str) -> None:
    assert list(dangers(line))


# --- run folders -----------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained")
    assert main(["train", "softmax", "--steps", "2", "--out", str(out), "--name", "run", "--json"]) == 0
    return out / "run"


@pytest.fixture
def run(here: Path, trained: Path) -> Path:
    return Path(shutil.copytree(trained, here / "runs" / "run"))


EVIL = """
from pathlib import Path
Path({canary!r}).touch()
"""


def evil_module(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "evil").mkdir()
    for name in ("evil/__init__.py", "evil/recipe.py", "stranger.py"):
        (here / name).write_text(EVIL.format(canary=str(here / "canary")))
    monkeypatch.syspath_prepend(here)


@pytest.mark.parametrize("verb", ["evaluate", "resume"])
@pytest.mark.parametrize(
    "name", ["evil.recipe", "evil", "os:system", "etude.x:__import__", "os.path", "stranger.py", "runs/run/recipe.py"]
)
def test_recipe_that_a_run_folder_names_is_not_run(
    here: Path, run: Path, monkeypatch: pytest.MonkeyPatch, name: str, verb: str
) -> None:
    evil_module(here, monkeypatch)
    (run / "recipe.py").write_text((here / "stranger.py").read_text())
    record = json.loads((run / "recipe.json").read_text())
    sha256 = digest_of(here / "stranger.py")
    (run / "recipe.json").write_text(json.dumps(record | {"recipe": name, "sha256": sha256, "trusted": True}))
    assert main([verb, "run"]) == 4
    assert not (here / "canary").exists()
    assert "evil.recipe" not in sys.modules and "evil" not in sys.modules


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("fields", [{"trusted": True}, {"source": {"data": "digits", "allow_pickle": True}}])
def test_security_is_no_setting_of_a_recipe(run: Path, fields: dict[str, Any]) -> None:
    record = json.loads((run / "recipe.json").read_text())
    (run / "recipe.json").write_text(json.dumps(record | {"fields": record["fields"] | fields}))
    with pytest.raises(CheckpointError) as caught:
        read_recipe(run)
    assert caught.value.code == "E-RUN-RECIPE"


@pytest.mark.parametrize("record", ["[1]", '{"format": 1, "recipe": 7, "fields": {}}'])
def test_recipe_without_a_name_is_refused(run: Path, record: str) -> None:
    (run / "recipe.json").write_text(record)
    with pytest.raises(CheckpointError, match="names no recipe"):
        read_recipe(run)


LINKED = ["recipe.json", "data.json", ".lock", "checkpoints", "checkpoints/step-000000002/manifest.json", ".tmp-1"]


@pytest.mark.parametrize("name", LINKED)
def test_link_in_a_run_folder_is_refused(here: Path, run: Path, name: str) -> None:
    outside = here / "outside"
    if (run / name).exists():
        (run / name).rename(outside)
    else:
        outside.write_text("precious")
    before = outside.stat().st_mtime_ns
    (run / name).symlink_to(outside)
    for verb in ("evaluate", "resume", "report"):
        with pytest.raises(CheckpointError) as caught:
            find_run("run")
        assert caught.value.code == "E-RUN-LINK" and name in caught.value.message
        assert main([verb, "run"]) == 4
    assert outside.stat().st_mtime_ns == before


def test_run_folder_of_another_user_is_refused(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.stat(run).st_uid or 4711
    if os.geteuid() == 0:
        os.chown(run / "recipe.json", owner, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert main(["evaluate", "run"]) == 4
    with pytest.raises(CheckpointError, match="belongs to another user"):
        refuse_strangers(run)


def test_run_folder_behind_a_link_of_ones_own_is_read(here: Path, run: Path) -> None:
    (here / "disk").mkdir()
    run.rename(here / "disk" / "run")
    run.symlink_to(here / "disk" / "run")
    assert max(find_run("run").steps()) == 2


# --- weights of strangers --------------------------------------------------------------------------------------------


class Calls:
    """Pickles as a call of a function with these arguments."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, self.arguments


def archive(pickled: bytes, **more: bytes) -> bytes:
    """A file as torch writes them, around any pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", pickled)
        for name, content in more.items():
            file.writestr(f"archive/{name}".replace("__", "/"), content)
        file.writestr("archive/version", "3\n")
    return buffer.getvalue()


def honest(*, old: bool = False) -> bytes:
    buffer = io.BytesIO()
    state = {"conv.weight": torch.arange(6.0).view(2, 3), "count": torch.tensor(7)}
    torch.save({"state_dict": state, "epoch": 3}, buffer, _use_new_zipfile_serialization=not old)
    return buffer.getvalue()


def old_with(pickled: bytes) -> bytes:
    """A file of torch before 1.6 with another pickle in the place of its fourth."""
    start = io.BytesIO(honest(old=True))
    for _ in range(3):
        pickle.load(start)
    return start.getvalue()[: start.tell()] + pickled


def tarred(pickled: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as file:
        member = tarfile.TarInfo("pickle")
        member.size = len(pickled)
        file.addfile(member, io.BytesIO(pickled))
    return buffer.getvalue()


def twice() -> bytes:
    buffer = io.BytesIO(honest())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(buffer, "a") as file:
        file.writestr(file.namelist()[0], b"another one")
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", bytes(2_000_000))
    return buffer.getvalue()


def malicious(canary: Path) -> dict[str, tuple[bytes, str, str]]:
    """Files of strangers by their kind, with the code of their refusal and what it must name."""
    touch = f"touch {canary}"
    system, run = pickle.dumps(Calls(os.system, touch)), f"import pathlib; pathlib.Path({str(canary)!r}).touch()"
    execute = pickle.dumps(Calls(exec, run), protocol=2)
    hub = b"ctorch.hub\nload\n(Vstranger/network\nVevil\ntR."
    resolve = b"\x80\x04\x8c\x07pkgutil\x8c\x0cresolve_name\x93\x8c\x09os:system\x85R\x8c" + bytes([len(touch)])
    resolve += touch.encode() + b"\x85R."
    remembered = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93\x8c" + bytes([len(touch)])
    remembered += touch.encode() + b"\x85R."
    code, damaged, form = "E-WEIGHTS-CODE", "E-WEIGHTS-DAMAGED", "E-WEIGHTS-FORM"
    return {
        "os.system": (system, code, "system"),
        "builtins.exec": (execute, code, "exec"),
        "pkgutil.resolve_name": (resolve, code, "pkgutil.resolve_name"),
        "torch.hub.load": (archive(hub), code, "torch.hub.load"),
        "in a zip file": (archive(system), code, "system"),
        "names from the memo": (remembered, code, "os.system"),
        "from the registry": (b"\x80\x02\x82\x01(tR.", code, "hidden"),
        "nested zip": (archive(b"", inner__data=archive(system)), damaged, "cut off"),
        "zip in another zip": (nested(archive(system)), form, "not one of torch"),
        "legacy": (old_with(execute), code, "exec"),
        "legacy tar": (tarred(system), code, "system"),
        "empty tar": (tarred(pickle.dumps({})), form, "tar file"),
        "TorchScript": (archive(pickle.dumps({}), code__net=b"def forward(): ..."), code, "TorchScript"),
        "two of one name": (twice(), form, "two files"),
        "bomb": (bomb(), "E-WEIGHTS-SIZE", "larger"),
        "truncated": (honest()[:300], damaged, "cut off"),
        "truncated legacy": (honest(old=True)[:30], damaged, "cut off"),
        "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(99), damaged, "no file of torch"),
        "empty": (b"", damaged, "no file of torch"),
    }


def nested(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("weights.pt", content)
    return buffer.getvalue()


KINDS = list(malicious(Path("canary")))


@pytest.mark.parametrize("kind", KINDS)
def test_file_of_a_stranger_is_refused_by_name_and_nothing_runs(
    here: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content, code, said = malicious(here / "canary")[kind]
    (here / "weights.pt").write_bytes(content)
    assert main(["import", "weights.pt"]) == 4
    complaint = capsys.readouterr().err
    assert code in complaint and said in complaint, complaint
    assert not (here / "canary").exists() and not (here / "weights.safetensors").exists()


def test_the_canary_would_have_been_seen(here: Path) -> None:
    """What the files above do to a program that unpickles them."""
    for kind in ("os.system", "builtins.exec", "pkgutil.resolve_name", "names from the memo"):
        pickle.loads(malicious(here / "canary")[kind][0])
        (here / "canary").unlink()


def test_honest_weights_are_converted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "weights.pt").write_bytes(honest(old=True))
    assert main(["import", "weights.pt", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert sorted(facts["tensors"]) == [["state_dict.conv.weight", [2, 3], "F32"], ["state_dict.count", [], "I64"]]
    found = load_file(here / "weights.safetensors")
    assert torch.equal(found["state_dict.conv.weight"], torch.arange(6.0).view(2, 3))
    assert main(["import", "weights.pt"]) == 2, "nothing is overwritten"
    assert main(["import", "weights.safetensors"]) == 0


def test_weights_that_are_not_finite_are_refused_by_name(here: Path) -> None:
    torch.save({"good": torch.ones(2), "bad": torch.tensor([1.0, torch.nan])}, here / "weights.pt")
    with pytest.raises(CheckpointError, match=r"NaN or infinity in bad\."):
        import_weights(here / "weights.pt")
    assert not (here / "weights.safetensors").exists()
    save_file({"bad": torch.tensor([torch.inf])}, here / "taken.safetensors")
    assert import_weights(here / "taken.safetensors", allow_lost=True).lost == ("bad",)


def test_torch_is_asked_once_with_its_guard_and_never_without(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights whose pickle passed the first look, and which torch refuses."""
    asked: list[dict[str, Any]] = []
    real = torch.load

    def load(file: Any, **settings: Any) -> Any:
        asked.append(settings)
        return real(file, **settings)

    monkeypatch.setattr(torch, "load", load)
    monkeypatch.setattr(quarantine, "shut_out", lambda: None)  # it cannot be taken back in this process
    with pytest.raises(quarantine.RefusedError, match=r"posix\.system"):
        quarantine.loaded(io.BytesIO(archive(pickle.dumps(Calls(os.system, f"touch {here / 'canary'}"), protocol=2))))
    assert asked == [{"map_location": "cpu", "weights_only": True}]
    assert not (here / "canary").exists()


CONFINED = """
import json, os, resource, runpy, socket, sys
child = runpy.run_path({child!r})
child["confine"](1000)
child["shut_out"]()
stopped = []
for act in (lambda: os.system("true"), lambda: socket.socket(), lambda: os.fork()):
    try:
        act()
    except child["RefusedError"] as error:
        stopped.append(error.args[1])
limits = [resource.getrlimit(each)[0] for each in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE,
                                                   resource.RLIMIT_NOFILE)]
print(json.dumps({{"environment": dict(os.environ), "there": os.listdir(), "stopped": stopped, "limits": limits}}))
"""


def test_child_has_no_secret_no_file_no_connection_and_bounds(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "token")
    (here / "probe.py").write_text(CONFINED.format(child=str(weights.CHILD)))
    monkeypatch.setattr(weights, "CHILD", here / "probe.py")
    (here / "weights.pt").write_bytes(b"")
    (here / "place").mkdir()
    told = weights.opened(here / "weights.pt", here / "place")
    assert not {"SECRET", "HOME", "PATH", "PYTHONPATH"} & set(told["environment"]) and told["there"] == []
    assert len(told["stopped"]) == 3 and all("opening it called" in each for each in told["stopped"])
    assert all(0 < each < 2**40 for each in told["limits"])


def test_weights_that_are_larger_than_their_file_are_not_written(here: Path) -> None:
    torch.save({"w": torch.zeros(1).expand(20_000_000)}, here / "one.pt")
    with pytest.raises(CheckpointError, match="far more room than the file") as caught:
        import_weights(here / "one.pt")
    assert caught.value.code == "E-WEIGHTS-SIZE" and [path.name for path in here.iterdir()] == ["one.pt"]


def test_file_that_is_not_there_is_said(here: Path) -> None:
    with pytest.raises(EtudeError, match="there is no file"):
        import_weights(here / "nothing.pt")
