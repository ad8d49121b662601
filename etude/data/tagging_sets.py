"""Sentences with a tag for each word by name: roles in Python code, and sets whose files lie in ETUDE_DATA."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from etude.data.code_roles import code_roles
from etude.data.entries import Entry, Layout
from etude.data.tagging_files import RawTagged, in_files
from etude.source import Source


def parts_of(name: str) -> Callable[[tuple[Path, ...], Source, int], RawTagged]:
    """A reader of three files: training, validation, test."""

    def read(paths: tuple[Path, ...], source: Source, size: int) -> RawTagged:
        return replace(in_files(paths, source, parts=(0, 1, 2)), name=name)

    return read


FOLDER = "tagging"
TAGGED: dict[str, Callable[[], RawTagged]] = {"code-roles": code_roles}
TAGGED_ENTRIES: dict[str, Entry[RawTagged]] = {
    "ewt-pos": Entry(
        "16,622 English sentences of the web with parts of speech; its three parts are kept (Silveira et al. 2014)",
        "CC BY-SA 4.0",
        "https://universaldependencies.org/treebanks/en_ewt",
        (
            Layout(
                FOLDER,
                tuple(f"en_ewt-ud-{each}.conllu.gz" for each in ("train", "dev", "test")),
                parts_of("part of speech"),
            ),
        ),
    ),
    "wnut17": Entry(
        "5,690 messages of the web with rare names of people, places and things; its parts are kept (Derczynski 2017)",
        "CC BY 4.0",
        "https://noisy-text.github.io/2017",
        (Layout(FOLDER, tuple(f"wnut17-{each}.conll" for each in ("train", "dev", "test")), parts_of("entity")),),
    ),
    "ncbi-disease": Entry(
        "7,295 sentences of medical abstracts with the names of diseases; its parts are kept (Dogan et al. 2014)",
        "public domain",
        "https://www.ncbi.nlm.nih.gov/CBBresearch/Dogan/DISEASE/",
        (
            Layout(
                FOLDER, tuple(f"ncbi-disease-{each}.tsv.gz" for each in ("train", "devel", "test")), parts_of("disease")
            ),
        ),
    ),
}
