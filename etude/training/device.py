"""Where the arithmetic is done."""

import torch
from torch import nn

from etude.errors import ResourceError, UsageError


def placed(network: nn.Module, device: torch.device) -> nn.Module:
    """The network on `device`, its filters in the memory layout of `PictureInput`; layout decides the last bits."""
    network.to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs do not know it
    return network


def find_device(name: str) -> torch.device:
    """The device of this name, or for 'auto' the fastest there is; a device that is not there is an error."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(
            "E-CFG-DEVICE", f"no kind of device is called {name!r}; here: {', '.join(devices())}."
        ) from None
    if device.type not in {each.split(":")[0] for each in devices()} or (device.index or 0) >= max(
        1, count(device.type)
    ):
        raise ResourceError("E-DEVICE", f"no {name} device here; devices: {', '.join(devices())}.")
    return device


def devices() -> list[str]:
    """The devices of this machine."""
    return [
        "cpu",
        *(f"cuda:{number}" for number in range(torch.cuda.device_count())),
        *(["mps"] if torch.backends.mps.is_available() else []),
    ]


def count(kind: str) -> int:
    """How many devices of a kind there are."""
    return torch.cuda.device_count() if kind == "cuda" else 1
