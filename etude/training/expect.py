"""What a recipe says when the data are not of the kind that it learns from."""

from etude.errors import DataError
from etude.schema import Classes, Pictures, Quantity, Schema, Table


def expect_pictures(schema: Schema, recipe: str) -> Pictures:
    """The schema's inputs, if they are pictures."""
    if not isinstance(schema.inputs, Pictures):
        got = "the rows of a table" if isinstance(schema.inputs, Table) else "signals"
        raise DataError(
            "E-DATA-KIND",
            f"{recipe} learns from pictures, these data are {got}. "
            "Give a folder of pictures by class, or take a recipe for them: mlp, tabular.",
        )
    return schema.inputs


def expect_classes(schema: Schema, recipe: str) -> Classes:
    """The schema's target, if it is a set of classes."""
    if not isinstance(schema.target, Classes):
        raise DataError(
            "E-DATA-TASK",
            f"{recipe} tells classes apart, but {schema.target.name!r} is a quantity. "
            "Name another column with --target, or say --task classify if its numbers are names; "
            "for a quantity take linear, mlp or tabular.",
        )
    return schema.target


def expect_quantity(schema: Schema, recipe: str) -> Quantity:
    """The schema's target, if it is a quantity."""
    if not isinstance(schema.target, Quantity):
        raise DataError(
            "E-DATA-TASK",
            f"{recipe} predicts a quantity, but {schema.target.name!r} has {len(schema.target.names)} classes. "
            "Name another column with --target, or say --task regress; for classes take softmax, mlp or tabular.",
        )
    return schema.target


def expect_two_classes(schema: Schema, recipe: str) -> Classes:
    """The schema's target, if it is a set of two classes."""
    classes = expect_classes(schema, recipe)
    if len(classes.names) != 2:
        raise DataError(
            "E-DATA-TASK",
            f"{recipe} tells two classes apart, {classes.name!r} has {len(classes.names)}. Take softmax for more.",
        )
    return classes


def expect_table(schema: Schema, recipe: str) -> Table:
    """The schema's inputs, if they are the rows of a table."""
    if not isinstance(schema.inputs, Table):
        got = "pictures" if isinstance(schema.inputs, Pictures) else "signals"
        raise DataError("E-DATA-KIND", f"{recipe} learns from tables, these data are {got}. Take cnn, lenet or mlp.")
    return schema.inputs
