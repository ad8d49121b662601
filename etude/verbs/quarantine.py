"""The child process that opens weights of strangers; a program of its own, and the only file that may unpickle.

It reads the file from its standard input, leaves `weights.safetensors` in its working folder and one line of JSON on
its standard output. It imports nothing of etude, and gets no environment. A pickle is a program: it is read without
being run first, and refused if it names anything but the parts of a tensor; then torch opens it with `weights_only`,
once, while new processes, connections and foreign code are shut out. There is no other way to load.
"""

import json
import os
import pickletools
import re
import resource
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from typing import Any, NoReturn, TypeAlias

GIB = 2**30
ADDRESSES = 16 * GIB
"""bytes of address space for torch itself, of which it uses a few hundred million"""
SECONDS = 120
"""of processor time"""
PICKLES = 5
"""in a file of torch before 1.6: magic number, protocol, system, weights, storages"""
LISTED = 3
"""names that a refusal tells"""
ALLOWED = frozenset(
    [
        "collections.OrderedDict",
        "collections.Counter",
        "builtins.set",
        "builtins.bytearray",
        "builtins.complex",
        "__builtin__.set",
        "__builtin__.bytearray",
        "__builtin__.complex",
        "_codecs.encode",
        "torch.Size",
        "torch.Tensor",
        "torch.device",
        "torch.nn.parameter.Parameter",
        "torch.serialization._get_layout",
        "torch.storage.TypedStorage",
        "torch.storage.UntypedStorage",
        "torch._tensor._rebuild_from_type_v2",
    ]
)
"""names in a pickle of weights, beside those of `is_tensor_part`"""
FORBIDDEN = ("os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "subprocess.", "socket.", "ctypes.")
"""beginnings of the audit events of what no weights need"""

File: TypeAlias = BufferedReader | BytesIO


class RefusedError(Exception):
    """A file that is not opened; the first argument is the code of the error, the second says why."""


def main() -> None:
    """Read, check, convert, tell."""
    try:
        with os.fdopen(0, "rb") as file:
            told: dict[str, Any] = converted(file)
    except RefusedError as refused:
        told = {"error": refused.args}
    except MemoryError:
        told = {"error": ("E-WEIGHTS-SIZE", "it wants more memory than such a file should")}
    print(json.dumps(told), flush=True)


def converted(file: File) -> dict[str, Any]:
    """The tensors of a file, written down; their names with those that are not finite."""
    size = os.fstat(file.fileno()).st_size
    confine(size)
    refuse_programs(file, size)
    found = tensors(loaded(file))
    if not found:
        refuse("E-WEIGHTS-NONE", "there is no tensor in it")
    return written(found)


def confine(size: int) -> None:
    """Bound what this process may use, for a file of `size` bytes."""
    limits = {
        resource.RLIMIT_AS: ADDRESSES + 8 * size,
        resource.RLIMIT_CPU: SECONDS + size // 2**22,
        resource.RLIMIT_FSIZE: 4 * size + 2**20,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))


def refuse_programs(file: File, size: int) -> None:
    """Read every pickle in the file without running it, and refuse what names anything but parts of tensors."""
    head = file.read(512)
    file.seek(0)
    if head.startswith(b"PK"):
        pickled = pickle_of_archive(file, size)
    elif head[257:262] == b"ustar":
        pickled = pickle_of_tar(file)
    else:
        pickled = file
    strange = [name for name in names_in(pickled) if not is_tensor_part(name)]
    if strange:
        shown = ", ".join(dict.fromkeys(strange[:LISTED]))
        refuse("E-WEIGHTS-CODE", f"it is a program: opening it would call {shown}")
    if head[257:262] == b"ustar":
        refuse("E-WEIGHTS-FORM", "it is a tar file of torch before 0.2; save it anew with a torch that reads it")
    file.seek(0)


def pickle_of_archive(file: File, size: int) -> File:
    """The one pickle in a file of torch 1.6 and later."""
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        refuse("E-WEIGHTS-DAMAGED", f"it is cut off or damaged ({error})")
    names = archive.namelist()
    if len(set(names)) < len(names):
        refuse("E-WEIGHTS-FORM", "it holds two files of one name")
    if sum(each.file_size for each in archive.infolist()) > 2 * size:
        refuse("E-WEIGHTS-SIZE", "it would become far larger than it is")
    if any("/code/" in name for name in names):
        refuse("E-WEIGHTS-CODE", "it is a program of TorchScript")
    pickles = [name for name in names if name.endswith(".pkl")]
    if len(pickles) != 1 or not pickles[0].endswith("/data.pkl"):
        refuse("E-WEIGHTS-FORM", f"it is a zip file, but not one of torch: it holds {len(pickles)} pickles")
    try:
        return BytesIO(archive.read(pickles[0]))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        refuse("E-WEIGHTS-DAMAGED", f"its {pickles[0]} cannot be read ({error})")


def pickle_of_tar(file: File) -> File:
    """The pickle in a file of torch before 0.2."""
    try:
        with tarfile.open(fileobj=file) as archive:
            member = archive.extractfile("pickle")
            return BytesIO(member.read() if member is not None else b"")
    except (tarfile.TarError, KeyError, EOFError) as error:
        refuse("E-WEIGHTS-FORM", f"it is a tar file without weights of torch ({error})")


def names_in(file: File) -> Iterator[str]:
    """What the pickles of a file would look up: 'os.system'."""
    for number in range(PICKLES):
        if number and not is_pickle(file):
            return
        texts: list[str] = []
        kept: dict[int, str] = {}
        try:
            for operation, argument, _ in pickletools.genops(file):
                yield from looked_up(operation.name, argument, texts, kept)
        except (ValueError, UnicodeDecodeError, EOFError, OverflowError, MemoryError):
            refuse("E-WEIGHTS-DAMAGED", "it is no file of torch, or cut off")


def looked_up(name: str, argument: Any, texts: list[str], kept: dict[int, str]) -> Iterator[str]:
    """What one instruction of a pickle looks up; `texts` and `kept` are the words it has put down so far."""
    if name in ("GLOBAL", "INST"):
        yield ".".join(str(argument).split(" "))
    elif name == "STACK_GLOBAL":
        yield ".".join(texts[-2:]) if len(texts) > 1 else "something hidden"
    elif name.startswith("EXT"):
        yield "something hidden in a registry"
    elif isinstance(argument, str):
        texts.append(argument)
    elif name == "MEMOIZE" and texts:
        kept[len(kept)] = texts[-1]
    elif name in ("BINPUT", "LONG_BINPUT") and texts:
        kept[argument] = texts[-1]
    elif name in ("BINGET", "LONG_BINGET"):
        texts.append(kept.get(argument, "something hidden"))


def is_pickle(file: File) -> bool:
    """Whether one more pickle follows, as in a file of torch before 1.6."""
    place = file.tell()
    following = file.read(1)
    file.seek(place)
    return following == b"\x80"


def is_tensor_part(name: str) -> bool:
    """Whether a pickle of weights may name it; torch's own list, which is longer, is asked again by `loaded`."""
    module, _, last = name.rpartition(".")
    kinds = module in ("torch", "torch.cuda", "torch.sparse") and last.isidentifier()
    return (
        name in ALLOWED
        or (module == "torch._utils" and last.startswith("_rebuild_"))
        or (kinds and (last.endswith(("Storage", "Tensor")) or last.rstrip("0123456789") in NUMBERS))
    )


NUMBERS = frozenset(["float", "bfloat", "complex", "int", "uint", "bool", "qint", "quint"])
"""names of torch's kinds of numbers, without their bits"""


def loaded(file: File) -> Any:
    """What torch makes of the file under its own guard; it is asked once, and nothing else is tried."""
    import torch  # noqa: PLC0415 - a second, which a file that is refused does not cost

    torch.set_num_threads(1)
    shut_out()
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch has nine kinds for damaged files; its text advises to switch the guard off
        named = re.search(r"GLOBAL (\S+)", str(error))
        if named is not None:
            refuse("E-WEIGHTS-CODE", f"it is a program: opening it would call {named[1]}")
        refuse("E-WEIGHTS-DAMAGED", f"torch cannot read it ({type(error).__name__})")


def shut_out() -> None:
    """From here on no process is started, no connection made, no foreign library opened, by whatever code."""

    def guard(event: str, arguments: object) -> None:
        if event.startswith(FORBIDDEN):
            raise RefusedError("E-WEIGHTS-CODE", f"opening it called {event}")

    sys.addaudithook(guard)


def tensors(value: Any, path: str = "") -> dict[str, Any]:
    """The tensors of nested dictionaries and lists by the keys that lead to them: 'state_dict.conv1.weight'."""
    import torch  # noqa: PLC0415 - it is there by now

    if isinstance(value, torch.Tensor):
        return {path: value.detach().to_dense().contiguous().clone()}
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    found: dict[str, Any] = {}
    for key, each in pairs:
        found |= tensors(each, f"{path}.{key}" if path else str(key))
    return found


def written(found: dict[str, Any]) -> dict[str, Any]:
    """Leave the tensors in the working folder; which of them are not finite."""
    from safetensors import SafetensorError  # noqa: PLC0415 - it imports torch
    from safetensors.torch import save_file  # noqa: PLC0415 - it imports torch

    lost = [name for name, each in found.items() if each.is_floating_point() and not each.isfinite().all()]
    try:
        save_file(found, "weights.safetensors")
    except SafetensorError as error:  # `confine` bounds what is written
        refuse("E-WEIGHTS-SIZE", f"its tensors take far more room than the file ({error})")
    return {"lost": lost}


def refuse(code: str, why: str) -> NoReturn:
    """Do not open the file."""
    raise RefusedError(code, why)


if __name__ == "__main__":
    main()
