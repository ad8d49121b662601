"""What a recipe says when the data are not of the kind that it learns from."""

from etude.errors import DataError
from etude.schema import Classes, Nodes, Observations, Pictures, Quantity, Schema, Table, Tags, Text, Written

INPUTS = {
    "table": "the rows of a table",
    "pictures": "pictures",
    "signals": "signals",
    "text": "texts",
    "nodes": "the nodes of a graph",
    "observations": "the observations of an agent",
}
"""kinds of input, in words"""


def other_kind(schema: Schema, recipe: str, *, wanted: str, remedy: str) -> DataError:
    """The error of a recipe that was given data of another kind."""
    got = INPUTS[schema.inputs.kind]
    return DataError("E-DATA-KIND", f"{recipe} learns from {wanted}, these data are {got}. {remedy}")


def expect_pictures(schema: Schema, recipe: str) -> Pictures:
    """The schema's inputs, if they are pictures."""
    if isinstance(schema.inputs, Pictures):
        return schema.inputs
    remedy = "Give a folder of pictures by class, or take a recipe for them: mlp, tabular."
    raise other_kind(schema, recipe, wanted="pictures", remedy=remedy)


def expect_table(schema: Schema, recipe: str) -> Table:
    """The schema's inputs, if they are the rows of a table."""
    if isinstance(schema.inputs, Table):
        return schema.inputs
    raise other_kind(schema, recipe, wanted="tables", remedy="Take cnn, lenet or mlp.")


def expect_text(schema: Schema, recipe: str) -> Text:
    """The schema's inputs, if they are texts."""
    if isinstance(schema.inputs, Text):
        return schema.inputs
    raise other_kind(schema, recipe, wanted="texts", remedy="Give a text file, or take a recipe for them: mlp, cnn.")


def expect_nodes(schema: Schema, recipe: str) -> Nodes:
    """The schema's inputs, if they are the nodes of a graph."""
    if isinstance(schema.inputs, Nodes):
        return schema.inputs
    raise other_kind(schema, recipe, wanted="graphs", remedy="Give a file of edges, or take a recipe for them.")


def expect_observations(schema: Schema, recipe: str) -> Observations:
    """The schema's inputs, if they are what an agent sees."""
    if isinstance(schema.inputs, Observations):
        return schema.inputs
    raise other_kind(schema, recipe, wanted="an environment", remedy="Name one with --data, such as CartPole-v1.")


def expect_classes(schema: Schema, recipe: str) -> Classes:
    """The schema's target, if it is a set of classes."""
    if not isinstance(schema.target, Classes):
        raise DataError(
            "E-DATA-TASK",
            f"{recipe} tells classes apart, but {schema.target.name!r} is {article(schema)}. "
            "Name another column with --target, or say --task classify if its numbers are names; "
            "for a quantity take linear, mlp or tabular.",
        )
    return schema.target


def expect_quantity(schema: Schema, recipe: str) -> Quantity:
    """The schema's target, if it is a quantity."""
    if not isinstance(schema.target, Quantity):
        classes = schema.target.names if isinstance(schema.target, Classes) else ()
        raise DataError(
            "E-DATA-TASK",
            f"{recipe} predicts a quantity, but {schema.target.name!r} has {len(classes)} classes. "
            "Name another column with --target, or say --task regress; for classes take softmax, mlp or tabular.",
        )
    return schema.target


def article(schema: Schema) -> str:
    """The kind of the target, in words."""
    return {"quantity": "a quantity", "written": "a text"}.get(schema.target.kind, schema.target.kind)


def expect_two_classes(schema: Schema, recipe: str) -> Classes:
    """The schema's target, if it is a set of two classes."""
    classes = expect_classes(schema, recipe)
    if len(classes.names) != 2:
        raise DataError(
            "E-DATA-TASK",
            f"{recipe} tells two classes apart, {classes.name!r} has {len(classes.names)}. Take softmax for more.",
        )
    return classes


def expect_tags(schema: Schema, recipe: str) -> Tags:
    """The schema's target, if it is a tag for each token."""
    if not isinstance(schema.target, Tags):
        raise DataError("E-DATA-TASK", f"{recipe} tags each word, but the answer here is {article(schema)}.")
    return schema.target


def expect_written(schema: Schema, recipe: str) -> Written:
    """The schema's target, if it is a text."""
    if not isinstance(schema.target, Written):
        raise DataError("E-DATA-TASK", f"{recipe} writes a text, but the answer here is {article(schema)}.")
    return schema.target
