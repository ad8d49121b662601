"""Texts, sequences and graphs that are refused, row by row of the catalogue in the design (reliability 5.3).

Not here: rows 67 (no recipe reads token ids), 70 (tests/test_cli_generate.py), 72 to 74 (no audio), 77 and 82 (defined
results: tests/test_data_graphs.py, tests/test_environments.py), 80 (no health records), 81 (no proteins), 83
(tests/test_fewshot.py), 84 (tests/test_coral.py). Row 65 is read as it stands: characters that training never met are
unknown tokens, with a note of how many; half a character in JSON is row 38.
"""

from collections.abc import Callable

from benchmarks.fuzz import readers
from etude.data.corpus import load_corpus
from etude.data.graphs import load_graph
from etude.data.tagging import load_tagging
from etude.data.texts import load_texts
from etude.data.translation import load_pairs
from etude.data.word_corpus import load_words
from etude.source import Source
from tests.catalogue.row import Row


def arrays(**changed: object) -> bytes:
    """Cora's layout with other arrays."""
    return readers.graph_arrays(**changed)[0]


RING = "".join(f'node [ id {k} label "{k}" team "{"ab"[k % 2]}" ] ' for k in range(12))
REFUSED: list[tuple[Callable[[Source], object], Row]] = [
    (lambda source: load_corpus(source, length=8), Row(63, "nothing", "", "E-DATA-EMPTY", "(0 bytes)", file="t.txt")),
    (
        lambda source: load_corpus(source, length=8),
        Row(
            63,
            "a word",
            "to be",
            "E-TEXT-SHORT",
            "the training part has 4 tokens, and one window needs 9",
            file="t.txt",
        ),
    ),
    (load_words, Row(66, "rare words", "a b c d " * 2, "E-TEXT-SHORT", "of which 0 occur", file="t.txt")),
    (load_texts, Row(63, "no texts", "a,b\n1,2\n3,4\n", "E-TEXT-NONE", "t.csv has no column of texts", file="t.csv")),
    (
        load_pairs,
        Row(
            68, "no tabs", "a\tb\nc\n" + "d\n" * 8, "E-PAIRS", "line 2 of t.txt (and 8 others: 3, 4, 5, 6", file="t.txt"
        ),
    ),
    (
        load_tagging,
        Row(71, "no lines between", "Anna B\n" * 300, "E-TAGS", "sentence of 300 words", file="t.conll"),
    ),
    (load_tagging, Row(71, "no tag", "Anna B\nran\n\n", "E-TAGS", "line 2 of t.conll has no tag", file="t.conll")),
    (
        load_tagging,
        Row(71, "seven without", "Anna B\n" + "ran\n" * 7, "E-TAGS", "7 lines have no tag:\n", file="t.conll", lines=7),
    ),
    (
        load_graph,
        Row(
            75,
            "node 20 of 20",
            arrays(edge=[[17, 20]]),
            "E-GRAPH-NODE",
            "edge 17 -> 20: nodes are 0..19.",
            file="t.npz",
        ),
    ),
    (
        load_graph,
        Row(76, "from 1", arrays(edge=[[1, 2], [19, 20]]), "E-GRAPH-NODE", "0..19. Indices start at 1?", file="t.npz"),
    ),
    (load_graph, Row(76, "negative", arrays(edge=[[-1, 2]]), "E-GRAPH-NODE", "edge -1 -> 2", file="t.npz")),
    (
        load_graph,
        Row(
            76,
            "floats",
            arrays(edge=[[0.5, 2.0]]),
            "E-NPZ-TYPE",
            "edge holds float64; wanted whole numbers",
            file="t.npz",
        ),
    ),
    (
        load_graph,
        Row(
            78, "19 classes", arrays(label=[0, 1] * 9 + [0]), "E-GRAPH-SHAPE", "classes of 19 of 20 nodes", file="t.npz"
        ),
    ),
    (
        load_graph,
        Row(78, "beyond", arrays(feat_indptr=[0] * 20 + [10**6]), "E-GRAPH-SHAPE", "make no matrix", file="t.npz"),
    ),
    (
        load_graph,
        Row(
            79,
            "overlap",
            arrays(val_idx=[6, 7, 8]),
            "E-MASK-OVERLAP",
            "2 nodes stand in train_idx and in val_idx",
            file="t.npz",
        ),
    ),
    (
        load_graph,
        Row(79, "no such", arrays(test_idx=[20]), "E-GRAPH-NODE", "test_idx has numbers outside", file="t.npz"),
    ),
    (
        load_graph,
        Row(75, "GML", f"graph [ {RING} edge [ source 0 target 99 ] ]", "E-GRAPH-NODE", "name '99'", file="t.gml"),
    ),
    (load_graph, Row(77, "empty", "graph [ ]", "E-GML", "every node needs an id", file="t.gml")),
]
