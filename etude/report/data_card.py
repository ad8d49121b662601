"""The data card: what went in, what comes out, how it was split, what was inferred."""

from etude.report.facts import DataFacts
from etude.report.page import Html, bar, code, joined, paragraph, section, table, text
from etude.report.score import part_name
from etude.report.words import counted, digits, percent
from etude.schema import (
    Actions,
    Category,
    Classes,
    Column,
    Date,
    Inputs,
    NextToken,
    Nodes,
    Nothing,
    Observations,
    Pictures,
    Quantity,
    Signals,
    Table,
    Tags,
    Text,
    Wanted,
    Written,
)

SHOWN = 40
"""rows of a table of columns or classes"""


def data_card(data: DataFacts) -> Html:
    """Everything the run knows about its data."""
    target = data.schema.target
    return section(
        "data",
        "Data",
        paragraph(text(f"{inputs_in_words(data.schema.inputs)} {target_in_words(target)}")),
        parts_table(data) if data.parts else Html(""),
        classes_table(target) if isinstance(target, Classes) else Html(""),
        columns_table(data.schema.inputs) if isinstance(data.schema.inputs, Table) else Html(""),
        notes_list(data),
    )


def inputs_in_words(inputs: Inputs) -> str:
    """What goes into the network."""
    match inputs:
        case Pictures():
            colour = {1: "grey", 3: "colour"}.get(inputs.channels, f"{inputs.channels}-channel")
            return f"Inputs are {colour} pictures of {inputs.height} by {inputs.width} pixels."
        case Signals():
            return f"Inputs are series of {counted(inputs.length, 'sample')}."
        case Table():
            kinds = f"{counted(len(inputs.numeric), 'number')} and {len(inputs.categorical)} categorical"
            return f"Inputs are rows of a table with {counted(len(inputs.columns), 'column')}: {kinds}."
        case Text():
            size = f"{len(inputs.vocabulary):,} different {inputs.tokenizer}"
            return f"Inputs are texts of at most {counted(inputs.length, 'token')} at once, from {size}."
        case Nodes():
            sizes = f"{counted(inputs.nodes, 'node')} with {counted(inputs.features, 'feature')} each"
            return f"Inputs are the {sizes} and {counted(inputs.edges, 'edge')} of one graph."
        case Observations():
            numbers = " by ".join(map(str, inputs.shape)) or "1"
            return f"The agent sees {numbers} numbers of {inputs.environment}."


def target_in_words(target: Wanted) -> str:
    """What comes out."""
    match target:
        case Classes():
            return f"The answer is {target.name}, one of {len(target.names):,} classes."
        case Quantity():
            spread = f"mean {digits(target.mean)}, standard deviation {digits(target.deviation)}"
            return f"The answer is the quantity {target.name} ({spread} over the training part)."
        case Nothing():
            return "There is no answer: the examples themselves are learnt."
        case NextToken():
            return "The answer at each position is the token that follows."
        case Written():
            return f"The answer is a text, {target.name}, of {len(target.text.vocabulary):,} different tokens."
        case Tags():
            return f"The answer is {target.name}: one of {len(target.names):,} tags for each word."
        case Actions():
            return f"What it can do is {target.name}: {', '.join(target.names[:SHOWN])}."


def parts_table(data: DataFacts) -> Html:
    """Sizes of the parts."""
    total = sum(data.parts.values()) or 1
    rows = [
        [text(part_name(name)), text(f"{n:,}"), bar(n / total, percent(n / total))] for name, n in data.parts.items()
    ]
    return joined(
        [
            table("Parts", ["part", "examples", "share"], rows),
            paragraph(text(f"Split: {data.rule}."), kind="note") if data.rule else Html(""),
        ]
    )


def classes_table(target: Classes) -> Html:
    """How many examples of each class there are to learn from."""
    total = sum(target.counts) or 1
    pairs = list(zip(target.names, target.counts, strict=True))[:SHOWN]
    rows = [[text(name), text(f"{n:,}"), bar(n / total, percent(n / total))] for name, n in pairs]
    return joined(
        [table("Classes in the training part", ["class", "examples", "share"], rows), more(len(target.names), "class")]
    )


def columns_table(inputs: Table) -> Html:
    """What each column holds."""
    rows = [[text(column.name), text(column.kind), text(column_in_words(column))] for column in inputs.columns[:SHOWN]]
    caption = "Columns, described by the training part"
    shown = table(caption, ["column", "read as", "values"], rows, numbers_from=3)
    return joined([shown, more(len(inputs.columns), "column")])


def column_in_words(column: Column) -> str:
    """Its values in a few words."""
    if isinstance(column, Category):
        named = ", ".join(column.values[:6])
        return f"{len(column.values):,} values: {named}{', …' if len(column.values) > 6 else ''}"
    missing = "; missing values become the median, and the network is told" if column.missing else ""
    if isinstance(column, Date):
        return f"written as {column.format}{missing}"
    return f"mean {digits(column.mean)}, deviation {digits(column.deviation)}, median {digits(column.median)}{missing}"


def more(n: int, thing: str) -> Html:
    """How many rows were left out."""
    if n <= SHOWN:
        return Html("")
    return paragraph(text(f"The first {SHOWN} of {n:,} ({thing} by {thing} in data.json)."), kind="note")


def notes_list(data: DataFacts) -> Html:
    """What was inferred while the data were read, and the fingerprint that tells whether they are the same."""
    items = joined(Html(f"<li>{text(note)}</li>\n") for note in data.notes)
    listed = Html(f"<h3>What was inferred or changed while reading</h3>\n<ul>\n{items}</ul>\n") if items else Html("")
    if not data.fingerprint:
        return listed
    mark = paragraph(text("Fingerprint of the encoded examples (SHA-256): "), code(data.fingerprint), kind="note")
    return joined([listed, mark])
