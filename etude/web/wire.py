"""A figure as bytes: its words as JSON, its numbers behind them as they lie in memory."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from torch import Tensor

from etude.figures import Figure
from etude.web.frame import padded

TYPES = {"uint8": "u8", "float32": "f32", "int32": "i32"}


def packed(figures: Mapping[str, Figure], **facts: Any) -> bytes:
    """Length of the JSON (4 bytes, little-endian), the JSON, and the arrays, each on a multiple of 8 bytes.

    `facts`, plain JSON, stand beside the figures.
    """
    arrays: list[np.ndarray] = []
    drawn = {name: plain(figure, arrays) for name, figure in figures.items()}
    words = json.dumps(drawn | facts, ensure_ascii=False).encode()
    head = padded(len(words).to_bytes(4, "little") + words)
    return head + b"".join(padded(each.tobytes()) for each in arrays)


def plain(value: Any, arrays: list[np.ndarray]) -> Any:
    """JSON of a figure or of a part of one; a tensor becomes the place of its numbers, which join `arrays`."""
    if isinstance(value, Tensor):
        array = small(value)
        at = sum(-(-each.nbytes // 8) * 8 for each in arrays)
        arrays.append(array)
        return {"at": at, "type": TYPES[array.dtype.name], "shape": list(array.shape)}
    if is_dataclass(value):
        parts = {each.name: plain(getattr(value, each.name), arrays) for each in fields(value)}
        return {"figure": type(value).__name__, **parts}
    if isinstance(value, Mapping):
        return {"names": list(value), "values": [plain(each, arrays) for each in value.values()]}
    return [plain(each, arrays) for each in value] if isinstance(value, tuple) else value


def small(tensor: Tensor) -> np.ndarray:
    """In the precision of a screen."""
    array: np.ndarray = tensor.detach().cpu().contiguous().numpy()
    if array.dtype == np.uint8:
        return array
    return array.astype(np.float32 if array.dtype.kind == "f" else np.int32)
