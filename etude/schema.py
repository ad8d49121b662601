"""What goes into a network and what comes out, as plain data that a run keeps in `data.json`."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers; missing values become the median, and an indicator column says so."""

    name: str
    median: float
    mean: float
    """mean and deviation are those of the training part, after filling"""
    deviation: float
    """1 for a constant column, so that it is scaled to 0"""
    missing: bool
    """whether the training part had missing values: then an indicator column follows the numbers"""
    kind: Literal["number"] = "number"


@dataclass(frozen=True, slots=True)
class Date:
    """A column of dates or times, read as days since 1970 and then treated as a number."""

    name: str
    format: str
    median: float
    mean: float
    deviation: float
    missing: bool
    kind: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class Category:
    """A column of names; code 0 stands for missing or unknown, `values[k]` has code k + 1."""

    name: str
    values: tuple[str, ...]
    kind: Literal["category"] = "category"


Column: TypeAlias = Number | Date | Category


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table, encoded as float32 (batch, width).

    Order of the axis `width`: the standardised numbers and dates, then one indicator (0 or 1) for each of them that
    had missing values, then one code for each category.
    """

    columns: tuple[Column, ...]
    kind: Literal["table"] = "table"

    @property
    def numeric(self) -> tuple[Number | Date, ...]:
        """The number and date columns, in the order of the encoding."""
        return tuple(each for each in self.columns if not isinstance(each, Category))

    @property
    def categorical(self) -> tuple[Category, ...]:
        """The category columns, in the order of the encoding."""
        return tuple(each for each in self.columns if isinstance(each, Category))

    @property
    def width(self) -> int:
        """Numbers of the encoded row."""
        return len(self.numeric) + sum(each.missing for each in self.numeric) + len(self.categorical)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures as uint8 (batch, channel, height, width), 0 to 255."""

    height: int
    """pixels"""
    width: int
    channels: int
    """1 grey, 3 colour"""
    mean: tuple[float, ...]
    """a channel's mean over the training part, on the scale 0 to 1"""
    deviation: tuple[float, ...]
    kind: Literal["pictures"] = "pictures"


@dataclass(frozen=True, slots=True)
class Signals:
    """Series of equal length as float32 (batch, time)."""

    length: int
    """samples"""
    mean: float
    deviation: float
    kind: Literal["signals"] = "signals"


@dataclass(frozen=True, slots=True)
class Text:
    """Texts as token ids, int64 (batch, time): what `data/tokenizers.py` needs to encode and to decode.

    Ids 0 to 3 are the padding, an unknown token, the start and the end.
    """

    vocabulary: tuple[str, ...]
    """the token of each id"""
    tokenizer: Literal["characters", "words", "byte-pairs"]
    length: int
    """tokens that a network sees at most"""
    lower: bool = False
    """letters are made small before anything else"""
    merges: tuple[tuple[int, int], ...] = ()
    """ids that become one token, most frequent first (byte pairs)"""
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of one graph, each with as many features."""

    nodes: int
    features: int
    edges: int
    """undirected, without loops"""
    kind: Literal["nodes"] = "nodes"


@dataclass(frozen=True, slots=True)
class Observations:
    """What an agent sees of its environment, float32 (batch, *shape)."""

    environment: str
    """its name"""
    shape: tuple[int, ...]
    kind: Literal["observations"] = "observations"


Inputs: TypeAlias = Table | Pictures | Signals | Text | Nodes | Observations


@dataclass(frozen=True, slots=True)
class Classes:
    """The answer is one of these names; y is the index into `names`."""

    name: str
    names: tuple[str, ...]
    counts: tuple[int, ...]
    """examples of each class in the training part"""
    kind: Literal["classes"] = "classes"


@dataclass(frozen=True, slots=True)
class Quantity:
    """The answer is a number; y is (value - mean) / deviation, with both from the training part."""

    name: str
    mean: float
    deviation: float
    kind: Literal["quantity"] = "quantity"


Target: TypeAlias = Classes | Quantity
"""an answer that is right or wrong example by example"""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no answer: the examples themselves are what is learnt."""

    name: str = "nothing"
    kind: Literal["nothing"] = "nothing"


@dataclass(frozen=True, slots=True)
class NextToken:
    """The answer at each position of a text is the token that follows."""

    name: str = "next token"
    kind: Literal["next token"] = "next token"


@dataclass(frozen=True, slots=True)
class Written:
    """The answer is a text."""

    name: str
    text: Text
    kind: Literal["written"] = "written"


@dataclass(frozen=True, slots=True)
class Tags:
    """The answer is a tag for each token."""

    name: str
    names: tuple[str, ...]
    counts: tuple[int, ...]
    """tokens with each tag in the training part"""
    kind: Literal["tags"] = "tags"


@dataclass(frozen=True, slots=True)
class Actions:
    """The answer is one of these things to do."""

    name: str
    names: tuple[str, ...]
    kind: Literal["actions"] = "actions"


Wanted: TypeAlias = Target | Nothing | NextToken | Written | Tags | Actions


@dataclass(frozen=True, slots=True)
class Schema:
    """What a recipe needs to build its network, and a predictor to read and to answer."""

    inputs: Inputs
    target: Wanted

    @property
    def answer(self) -> Target:
        """The target, where each example has one answer; TypeError for every other kind of learning."""
        if isinstance(self.target, Classes | Quantity):
            return self.target
        raise TypeError(f"examples of kind {self.target.kind!r} have no single answer")
