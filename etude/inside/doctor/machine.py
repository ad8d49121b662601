"""Is this machine fit for a training: versions, threads, units of the processor, devices, disk, extras, a browser?"""

import importlib.util
import os
import shutil
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path

import torch

from etude.inside.doctor.finding import Finding, Verdict
from etude.objectives.precision import has_half_units

LEAST_DISK = 2e9
"""bytes that some runs and a data set take"""
LEAST_TORCH = (2, 13)
EXTRAS = {"gymnasium": ("rl", "environments of Gymnasium for ppo, dqn, reinforce")}
"""module -> the extra that installs it, and what it is for"""


def python_fits() -> tuple[str, list[Finding]]:
    """An older one than 3.11 cannot install etude."""
    return sys.version.split()[0], []


def torch_fits() -> tuple[str, list[Finding]]:
    """The oldest torch that etude is tested with, or a later one."""
    told = str(torch.__version__)
    if tuple(int(part) for part in told.split("+")[0].split(".")[:2]) >= LEAST_TORCH:
        return told, []
    return told, [Finding("E-TORCH", f"This is torch {told}.", "pip install 'torch>=2.13'")]


def threads_fit() -> tuple[str, list[Finding]]:
    """As many threads as cores that this process may use."""
    threads, cores = torch.get_num_threads(), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    told = f"{threads} threads, {cores} cores"
    if threads <= cores:
        return told, []
    seen = f"torch computes with {threads} threads on {cores} cores, and they wait for each other."
    return told, [Finding("W-THREADS", seen, f"Set OMP_NUM_THREADS={cores}.")]


def units_fit() -> tuple[str, list[Finding]]:
    """Wide units make products fast; half precision is told, but nothing is missing without."""
    capability = torch.backends.cpu.get_cpu_capability()
    half = "bfloat16 units" if has_half_units() else "no bfloat16 units: leave --precision away on the processor"
    told = f"{capability}, {half}"
    if capability != "DEFAULT":
        return told, []
    seen = "torch finds no wide units (AVX2, NEON) in this processor, or was told not to use them."
    return told, [Finding("W-PROCESSOR", seen, "Unset ATEN_CPU_CAPABILITY; else expect a fifth of the speed.")]


def device_fits() -> tuple[str, list[Finding]]:
    """A graphics processor is used if there is one."""
    if torch.cuda.is_available():
        return ", ".join(torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())), []
    if torch.backends.mps.is_available():
        return "mps; say --device mps to use it", []
    if shutil.which("nvidia-smi") is None:
        return "none; the processor trains", []
    seen = "There is a driver for an NVIDIA device, and this torch cannot use it."
    return "not usable", [Finding("W-DEVICE", seen, "Install torch for CUDA, see pytorch.org/get-started.")]


def disk_fits() -> tuple[str, list[Finding]]:
    """Room for runs here and for temporary files, and leave to write."""
    findings = []
    for place in dict.fromkeys((Path.cwd(), Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(place).free
        if free < LEAST_DISK:
            seen = f"There are {free / 1e9:.1f} GB free in {place}."
            findings.append(Finding("W-DISK", seen, "Make room, or train elsewhere with --out."))
        if not os.access(place, os.W_OK):
            findings.append(Finding("E-DISK", f"{place} cannot be written.", "Train elsewhere with --out."))
    return f"{shutil.disk_usage(Path.cwd()).free / 1e9:.0f} GB free here", findings


def data_found() -> tuple[str, list[Finding]]:
    """The folder of data sets, where one is named."""
    named = os.environ.get("ETUDE_DATA")
    if named is None:
        return "ETUDE_DATA is not set; sets that need no download are there, others come by `etude data get`", []
    if Path(named).is_dir():
        return named, []
    seen = f"ETUDE_DATA is {named}, and there is no such folder."
    return named, [Finding("W-DATA", seen, "Name the folder with the data sets, or unset ETUDE_DATA.")]


def extras_found() -> tuple[str, list[Finding]]:
    """What is missing is told; it is wrong for nobody who does not want it."""
    lacking = [
        f"{name} (pip install 'etude[{extra}]': {use})"
        for name, (extra, use) in EXTRAS.items()
        if importlib.util.find_spec(name) is None
    ]
    return f"not here: {'; '.join(lacking)}" if lacking else "all here", []


def browser_found() -> tuple[str, list[Finding]]:
    """The pages of `playground` and `--watch` open by themselves."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return (
            "none here; `playground` and `--watch` print an address that a browser elsewhere can open by a tunnel",
            [],
        )
    return "found", []


QUESTIONS: tuple[tuple[str, Callable[[], tuple[str, list[Finding]]]], ...] = (
    ("Python", python_fits),
    ("torch", torch_fits),
    ("threads", threads_fit),
    ("processor", units_fit),
    ("graphics processor", device_fits),
    ("disk", disk_fits),
    ("data sets", data_found),
    ("extras", extras_found),
    ("browser", browser_found),
)


def judged_machine() -> list[Verdict]:
    """All that is asked of the machine."""
    verdicts = []
    for name, ask in QUESTIONS:
        told, findings = ask()
        verdicts.append(Verdict(name, tuple(findings), told=told))
    return verdicts
