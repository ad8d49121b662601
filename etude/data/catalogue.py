"""Data sets by name that do not come with etude: where their files are looked for, and how they are read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etude.data import classic
from etude.data.characters import CHARACTERS, EMBEDDED_CHARACTERS
from etude.data.clouds import CLOUDS
from etude.data.corpus_sets import CORPORA, EMBEDDED_CORPORA, NAME_LISTS
from etude.data.download import RemoteFile, download
from etude.data.embedded import PICTURES, SIGNALS, TABLES
from etude.data.entries import Entry, Layout, folders, opened
from etude.data.generated import GENERATED
from etude.data.graph_sets import EMBEDDED_GRAPHS, GRAPHS
from etude.data.homes import CALIFORNIA, CENSUS, CIFAR10, FASHION, MNIST, PENGUINS, UCI, WINES
from etude.data.names import EMBEDDED_NAMES
from etude.data.packages import TEXTS
from etude.data.pair_sets import GENERATED_PAIRS, PAIR_ENTRIES
from etude.data.raw import RawPictures, RawTable
from etude.data.tagging_sets import TAGGED, TAGGED_ENTRIES
from etude.data.text_sets import TEXT_ENTRIES
from etude.data.word_corpus import EMBEDDED_WORDS, WORD_CORPORA
from etude.errors import DataError, nearest
from etude.source import Source

IDX = tuple(each.name for each in MNIST)
ENTRIES: dict[str, Entry[RawTable | RawPictures]] = {
    "mnist": Entry(
        "70,000 handwritten digits, 28 x 28, grey (LeCun et al. 1998); its test part is kept",
        "CC BY-SA 3.0",
        "http://yann.lecun.com/exdb/mnist/",
        (Layout("mnist", IDX, classic.digits),),
        MNIST,
    ),
    "fashion-mnist": Entry(
        "70,000 pictures of clothes, 28 x 28, grey (Xiao et al. 2017); its test part is kept",
        "MIT",
        "https://github.com/zalandoresearch/fashion-mnist",
        (Layout("fashion-mnist", IDX, classic.clothes),),
        FASHION,
    ),
    "cifar10": Entry(
        "60,000 colour pictures of 10 kinds, 32 x 32 (Krizhevsky 2009); its test part is kept",
        "none stated",
        "https://www.cs.toronto.edu/~kriz/cifar.html",
        (
            Layout("cifar10", ("cifar-10-binary.tar.gz",), classic.cifar10),
            Layout("cifar10-jpeg", ("train.zip", "test.zip"), classic.zipped_parts),
        ),
        CIFAR10,
    ),
    "sign-digits": Entry(
        "500 colour photos of hands that show a digit, 100 x 100 (a part of Mavi 2020)",
        "Apache-2.0",
        "https://github.com/ardamavi/Sign-Language-Digits-Dataset",
        (Layout("sign-digits-folder", ("0", "9"), classic.class_folders),),
    ),
    "adult": Entry(
        "48,842 people of the 1994 census: does one earn over $50,000? Its test part is kept (Kohavi 1996)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/2/adult",
        (
            Layout("tabular", ("adult.data", "adult.test"), classic.adult),
            Layout("tabular", ("adult-train.csv.gz", "adult-test.csv.gz"), classic.adult),
        ),
        CENSUS,
    ),
    "titanic": Entry(
        "891 passengers: who survived?",
        "public domain",
        "https://www.kaggle.com/c/titanic",
        (Layout("tabular", ("titanic.csv",), classic.table("Survived")),),
    ),
    "california-housing": Entry(
        "20,640 districts of 1990: the median value of a house (Pace and Barry 1997)",
        "public domain",
        "https://github.com/ageron/handson-ml2/tree/master/datasets/housing",
        (
            Layout("tabular", ("housing.csv",), classic.table("median_house_value")),
            Layout("tabular", ("california-housing.csv.gz",), classic.table("median_house_value")),
        ),
        CALIFORNIA,
    ),
    "penguins": Entry(
        "344 penguins: which of three species? (Gorman et al. 2014)",
        "CC0",
        "https://allisonhorst.github.io/palmerpenguins/",
        (Layout("tabular", ("penguins.csv",), classic.table("species")),),
        PENGUINS,
    ),
    "wine-quality": Entry(
        "6,497 red and white wines by 11 chemical measures: marks from 3 to 9 (Cortez et al. 2009)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/186/wine+quality",
        (Layout("tabular", ("winequality-red.csv", "winequality-white.csv"), classic.wine_quality),),
        WINES,
    ),
    "heart": Entry(
        "303 patients of Cleveland by 13 findings: is a vessel narrowed? (Detrano et al. 1989)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/45/heart+disease",
        (Layout("tabular", ("heart-cleveland.csv",), classic.heart),),
    ),
    "sonar": Entry(
        "208 sonar echoes in 60 bands: rock or mine? (Gorman and Sejnowski 1988)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/151/connectionist+bench+sonar+mines+vs+rocks",
        (Layout("tabular", ("sonar.csv",), classic.sonar),),
        UCI["sonar.csv"],
    ),
    "abalone": Entry(
        "4,177 sea snails by eight measures: how many rings, that is years? (Nash et al. 1994)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/1/abalone",
        (Layout("tabular", ("abalone.csv",), classic.abalone),),
        UCI["abalone.csv"],
    ),
}


EVERY: dict[str, Entry[Any]] = {
    **ENTRIES,
    **CORPORA,
    **NAME_LISTS,
    **PAIR_ENTRIES,
    **WORD_CORPORA,
    **GRAPHS,
    **CHARACTERS,
    **TEXT_ENTRIES,
    **TAGGED_ENTRIES,
}
"""all sets by name, whatever kind they are of"""


def cache(name: str) -> Path:
    """The folder into which `etude data get` puts the files of a name."""
    return folders()[-1] / EVERY[name].layouts[0].folder


def get(name: str) -> Iterator[tuple[RemoteFile, int]]:
    """Fetch the files of a name into the cache, yielding each file with the bytes of it that are there so far."""
    entry = EVERY.get(name)
    if entry is None and name in descriptions():
        raise DataError("E-DATA-HOME", f"{name} comes with etude: there is nothing to fetch")
    if entry is None:
        raise DataError("E-DATA-NAME", f"no data set {name!r}{nearest(name, EVERY)} `etude list data` shows all names.")
    if not entry.files:
        place = entry.layouts[0]
        raise DataError(
            "E-DATA-HOME",
            f"no digest of the files of {name} is known, so they are not fetched: take them from {entry.home} and put"
            f" {', '.join(place.files)} into {folders()[-1] / place.folder}",
        )
    for file in entry.files:
        for have in download(file, cache(name)):
            yield file, have


def open_entry(name: str, source: Source, *, size: int) -> RawTable | RawPictures:
    """The table or the pictures of a catalogue name."""
    return opened(name, ENTRIES[name], source, size=size)


def descriptions() -> dict[str, str]:
    """Every name with a sentence."""
    embedded = (
        TABLES
        | PICTURES
        | SIGNALS
        | GENERATED
        | CLOUDS
        | EMBEDDED_CORPORA
        | EMBEDDED_NAMES
        | GENERATED_PAIRS
        | EMBEDDED_WORDS
        | TEXTS
        | TAGGED
        | EMBEDDED_GRAPHS
        | EMBEDDED_CHARACTERS
    )
    built_in = {name: (make.__doc__ or "").splitlines()[0] for name, make in embedded.items()}
    return built_in | {name: f"{entry.about} [{entry.licence}]" for name, entry in EVERY.items()}
