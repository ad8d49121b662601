"""Every reader of files and messages that strangers may have written, with valid files of each kind."""

import gzip
import io
import json
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from etude.data.archives import tar_members
from etude.data.corpus import load_corpus
from etude.data.graphs import load_graph
from etude.data.load import load
from etude.data.tagging import load_tagging
from etude.data.texts import load_texts
from etude.data.translation import load_pairs
from etude.source import Source

Seeds = Callable[[], list[bytes]]


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a kind of file, and files of that kind."""

    seeds: Seeds
    read: Callable[[bytes, Path], object]
    """of the bytes, with a folder to put them into"""
    pack: Callable[[bytes], bytes] = bytes
    """what stands around the bytes that are spoilt: without it a check sum would find every change"""


def rows() -> list[bytes]:
    """Tables with separators."""
    lines = [f"{k % 7},{(k * 5) % 11}.5,2023-01-{1 + k % 28:02d},{'ab'[k % 2]}" for k in range(24)]
    quoted = [f'"{k % 5} x, y",{k}.25,"{["yes", "no"][k % 2]}"' for k in range(24)]
    return [
        ("\n".join(["height,width,day,label", *lines]) + "\n").encode(),
        ("\n".join(["name;size;answer", *(each.replace(",", ";").replace(".", ",") for each in quoted)])).encode(),
        "\r\n".join(["h,target", *(f"{k / 3:.3f},{k * k % 17 / 7:.4f}" for k in range(30))]).encode("utf-16"),
    ]


def lines_of_json() -> list[bytes]:
    """An object in each line, and an array of them."""
    rows = [{"a": k, "b": f"x{k % 3}", "label": k % 2 > 0} for k in range(24)]
    return ["".join(json.dumps(row) + "\n" for row in rows).encode(), json.dumps(rows).encode()]


def columns() -> list[bytes]:
    """Parquet: a usual table, and one of every type of columns."""
    label, few = ["x", "y", "z"] * 10, ["v", "w", None] * 10
    usual = pl.DataFrame({"a": range(30), "b": [f"w{k % 4}" for k in range(30)], "label": label})
    texts = {"text": few, "category": pl.Series(few, dtype=pl.Categorical), "enum": pl.Series(few, dtype=pl.Enum("vw"))}
    times = pl.select(
        date=pl.date_range(pl.date(2026, 1, 1), pl.date(2026, 1, 30)),
        span=pl.duration(seconds=pl.int_range(30)),
        moment=pl.datetime_range(pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 30), time_zone="Europe/Berlin"),
        hour=pl.time(pl.int_range(30) % 24),
    )
    others = {"real": [k / 2 for k in range(30)], "truth": [True, False] * 15, "raw": [b"p", b"q", b"r"] * 10}
    every = times.with_columns(**{name: pl.Series(values) for name, values in (texts | others).items()})
    every = every.with_columns(pl.col("real").cast(pl.Decimal(8, 2)).alias("exact"), pl.Series("label", label))
    return [parquet(usual), parquet(every)]


def parquet(frame: pl.DataFrame) -> bytes:
    """The bytes of a file that is not packed, so that edits reach the values."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="uncompressed", statistics=False)
    return out.getvalue()


@cache
def pictures() -> list[bytes]:
    """One of each format and mode."""
    pixels = np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype=np.uint8)
    image, found = Image.fromarray(pixels), []
    deep = Image.fromarray(np.arange(108, dtype=np.uint16).reshape(12, 9) * 600)
    for format, shown in (
        *(("PNG", image), ("JPEG", image), ("BMP", image), ("WEBP", image), ("TIFF", image), ("PPM", image)),
        *(("GIF", image.convert("P")), ("PNG", image.convert("P")), ("PNG", deep), ("JPEG", image.convert("CMYK"))),
    ):
        out = io.BytesIO()
        shown.save(out, format)
        found.append(out.getvalue())
    return found


def chunked(content: bytes) -> bytes:
    """A PNG in which the header's fields and the packed pixels are the spoilt bytes, under right check sums."""
    head, pixels = content[:13], content[13:]
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    said = (
        struct.pack(">I", len(each)) + name + each + struct.pack(">I", zlib.crc32(name + each)) for name, each in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(said)


def raw_png() -> list[bytes]:
    """The header's fields and the unpacked rows of a picture of 5 x 4."""
    return [struct.pack(">2I5B", 5, 4, 8, 2, 0, 0, 0) + b"".join(b"\0" + bytes(range(15)) for _ in range(4))]


def arrays() -> list[bytes]:
    """.npz of series and of pictures."""
    found = []
    for x in (np.ones((20, 6)), np.zeros((20, 5, 5), np.uint8)):
        out = io.BytesIO()
        np.savez(out, x=x, y=np.arange(20) % 2)
        found.append(out.getvalue())
    return found


def array() -> list[bytes]:
    """.npy."""
    return [npy(np.ones((20, 6))), npy(np.zeros((20, 5, 5), np.uint8))]


def beside_labels(content: bytes) -> bytes:
    """An .npz with the spoilt .npy and good answers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.npy", content)
        archive.writestr("y.npy", npy(np.arange(20) % 2))
    return out.getvalue()


def graph_arrays(**changed: object) -> list[bytes]:
    """Cora's layout, small; `changed` are arrays that are to be others."""
    n = 20
    out = io.BytesIO()
    parts = {"train_idx": np.arange(8), "val_idx": np.arange(8, 14), "test_idx": np.arange(14, n)}
    edges = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    features = {"feat_indptr": np.arange(n + 1), "feat_indices": np.arange(n) % 5, "shape": np.array([n, 5])}
    known = {"label": np.arange(n) % 2, "edge": edges, **features, **parts}
    np.savez(out, **known | {key: np.array(value) for key, value in changed.items()})
    return [out.getvalue()]


def graph_array() -> list[bytes]:
    """Its arrays one by one, behind their names."""
    with np.load(io.BytesIO(graph_arrays()[0])) as found:
        return [key.encode() + b"\n" + npy(found[key]) for key in found.files]


def npy(array: np.ndarray) -> bytes:
    """A .npy."""
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def among_arrays(content: bytes) -> bytes:
    """Cora's layout with one array spoilt."""
    name, _, spoilt = content.partition(b"\n")
    out = io.BytesIO()
    with np.load(io.BytesIO(graph_arrays()[0])) as found, zipfile.ZipFile(out, "w") as archive:
        for key in found.files:
            archive.writestr(f"{key}.npy", spoilt if key.encode() == name else npy(found[key]))
    return out.getvalue()


def gml() -> list[bytes]:
    """A ring of twelve."""
    nodes = "".join(f'  node [\n    id {k}\n    label "n{k}"\n    team "{"ab"[k % 2]}"\n  ]\n' for k in range(12))
    edges = "".join(f"  edge [\n    source {k}\n    target {(k + 1) % 12}\n  ]\n" for k in range(12))
    return [f"graph [\n{nodes}{edges}]\n".encode()]


def nodes() -> list[bytes]:
    """nodes.csv of a ring of twelve."""
    return [("name,size,team\n" + "".join(f"n{k},{k},{'ab'[k % 2]}\n" for k in range(12))).encode()]


def edges() -> list[bytes]:
    """edges.csv of the same."""
    return [("from,to\n" + "".join(f"n{k},n{(k + 1) % 12}\n" for k in range(12))).encode()]


def idx() -> list[bytes]:
    """MNIST's pictures."""
    return [struct.pack(">I3I", 0x803, 20, 4, 4) + bytes(range(16)) * 20]


def prose() -> list[bytes]:
    """A text."""
    return [("It rained \u2013 and she said: \u201cno\u201d.\nThe cat sat.\n" * 12).encode()]


def reviews() -> list[bytes]:
    """Texts with answers."""
    films = [f'"a {["fine", "dull"][k % 2]} film, number {k}",{["good", "bad"][k % 2]}' for k in range(24)]
    return [
        ("\n".join(["text,verdict", *films]) + "\n").encode(),
        "\n".join(f"{k % 2}\tit is {k} or so" for k in range(24)).encode(),
    ]


def pairs() -> list[bytes]:
    """Texts with translations."""
    return ["".join(f"the {k} cats sit\tdie {k} Katzen sitzen\n" for k in range(24)).encode()]


def tagged() -> list[bytes]:
    """CoNLL."""
    columns = "".join(f"Anna{k} NNP B-PER\nsaw VBD O\nBonn NNP I-LOC\n\n" for k in range(12))
    universal = "".join(f"1\tI{k}\t_\tPRON\t_\t_\t0\t_\t_\t_\n2\tran\t_\tVERB\t_\t_\t0\t_\t_\t_\n\n" for k in range(12))
    return [columns.encode(), universal.encode()]


def zipped() -> list[bytes]:
    """Pictures by class in a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for k in range(8):
            archive.writestr(f"photos/{'ab'[k % 2]}/{k}.png", pictures()[0])
    return [out.getvalue()]


def names() -> list[bytes]:
    """Members of an archive, one in a line."""
    return ["\n".join(f"photos/{'ab'[k % 2]}/{k}.png" for k in range(8)).encode()]


def zip_of_names(content: bytes) -> bytes:
    """A zip file with a picture under each of the names."""
    out, picture = io.BytesIO(), pictures()[0]
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for name in content.decode("utf-8", "replace").split("\n")[:50]:
            archive.writestr(zipfile.ZipInfo(name[:5000]), picture)
    return out.getvalue()


def tar_of_names(content: bytes) -> bytes:
    """A tar file with a picture under each of the names, every third of which is a link."""
    out, picture = io.BytesIO(), pictures()[0]
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number, name in enumerate(content.decode("utf-8", "replace").split("\n")[:50]):
            member = tarfile.TarInfo(name)
            member.size, member.linkname = len(picture), name
            member.type = (tarfile.REGTYPE, tarfile.REGTYPE, tarfile.SYMTYPE)[number % 3 if len(name) % 2 else 0]
            archive.addfile(member, io.BytesIO(picture))
    return out.getvalue()


def tarred() -> list[bytes]:
    """A tar file, and one in gzip."""
    plain = tar_of_names(names()[0])
    return [plain, gzip.compress(plain)]


def tar_content(path: Path) -> object:
    """All that stands in a tar file."""
    with tar_members(path) as found:
        return [read() for read in found.values()]


def placed(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """Write the bytes under a name, and read that."""

    def written(content: bytes, folder: Path) -> object:
        (folder / name).write_bytes(content)
        return read(folder / name)

    return written


def source(path: Path) -> Source:
    return Source(str(path))


def in_class(content: bytes, folder: Path) -> object:
    """A folder of pictures one of which is the spoilt one."""
    for number in range(8):
        place = folder / "photos" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        if not (place / f"{number}.png").exists():
            Image.new("L", (4, 4), number).save(place / f"{number}.png")
    (folder / "photos" / "a" / "spoilt.png").write_bytes(content)
    return load(source(folder / "photos"), size=8)


def beside_idx(content: bytes, folder: Path) -> object:
    """Pictures in MNIST's naming beside good labels."""
    (folder / "t-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, 20) + bytes(k % 2 for k in range(20)))
    return placed("t-images-idx3-ubyte", lambda path: load(source(path), size=4))(content, folder)


def graph_of(name: str) -> Callable[[bytes, Path], object]:
    """A folder of a graph, in which one file is spoilt."""

    def read(content: bytes, folder: Path) -> object:
        (folder / "nodes.csv").write_bytes(nodes()[0])
        (folder / "edges.csv").write_bytes(edges()[0])
        (folder / name).write_bytes(content)
        return load_graph(source(folder))

    return read


FILES: dict[str, Reader] = {
    "csv": Reader(rows, placed("t.csv", lambda path: load(source(path)))),
    "tsv": Reader(lambda: [rows()[0].replace(b",", b"\t")], placed("t.tsv", lambda path: load(source(path)))),
    "jsonl": Reader(lines_of_json, placed("t.jsonl", lambda path: load(source(path)))),
    "parquet": Reader(columns, placed("t.parquet", lambda path: load(source(path)))),
    "pictures": Reader(pictures, in_class),
    "png": Reader(raw_png, in_class, chunked),
    "npz": Reader(arrays, placed("t.npz", lambda path: load(source(path), size=5))),
    "npy": Reader(array, placed("t.npz", lambda path: load(source(path), size=5)), beside_labels),
    "idx": Reader(idx, beside_idx),
    "corpus": Reader(prose, placed("t.txt", lambda path: load_corpus(source(path), length=8))),
    "texts": Reader(reviews, placed("t.csv", lambda path: load_texts(source(path)))),
    "pairs": Reader(pairs, placed("t.tsv", lambda path: load_pairs(source(path)))),
    "tagging": Reader(tagged, placed("t.conll", lambda path: load_tagging(source(path)))),
    "gml": Reader(gml, placed("t.gml", lambda path: load_graph(source(path)))),
    "graph-npz": Reader(graph_arrays, placed("t.npz", lambda path: load_graph(source(path)))),
    "graph-npy": Reader(graph_array, placed("t.npz", lambda path: load_graph(source(path))), among_arrays),
    "zip": Reader(zipped, placed("t.zip", lambda path: load(source(path), size=8))),
    "zip-names": Reader(names, placed("t.zip", lambda path: load(source(path), size=8)), zip_of_names),
    "tar": Reader(tarred, placed("t.tar", tar_content)),
    "tar-names": Reader(names, placed("t.tar", tar_content), tar_of_names),
    "nodes": Reader(nodes, graph_of("nodes.csv")),
    "edges": Reader(edges, graph_of("edges.csv")),
}
