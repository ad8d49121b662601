"""Arrays on the wire: a header of 32 bytes, then one array after the other, each from a multiple of 8 bytes on.

The header is, little-endian: magic 'GR', version, flags, kind of frame, 0, number of the frame, length of all that
follows in bytes, update, seconds since 1970. Names, types and shapes of the arrays are told once as JSON, by `schema`.
"""

import struct
import time
from collections.abc import Mapping

import numpy as np

HEADER = struct.Struct("<2sBBHHIIdd")
VERSION = 1
TYPES = {"uint8": "u8", "float32": "f32"}


def encode(kind: int, number: int, step: int, arrays: Mapping[str, np.ndarray]) -> bytes:
    """One frame."""
    *others, last = (array.tobytes() for array in arrays.values())
    body = b"".join(map(padded, others)) + last
    return HEADER.pack(b"GR", VERSION, 0, kind, 0, number, len(body), step, time.time()) + body


def padded(data: bytes) -> bytes:
    """So long that the next array begins on a multiple of 8."""
    return data + bytes(-len(data) % 8)


def schema(kind: int, arrays: Mapping[str, np.ndarray]) -> dict[str, object]:
    """What a page must know to read the frames of a kind."""
    described = [{"name": name, "type": TYPES[a.dtype.name], "shape": list(a.shape)} for name, a in arrays.items()]
    return {"t": "schema", "kind": kind, "arrays": described}
