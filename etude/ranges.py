"""The ranges of common settings, as types; a value outside is refused with the name of its flag."""

from typing import Annotated, TypeAlias

from annotated_types import Ge, Gt, Le, Lt

Count: TypeAlias = Annotated[int, Ge(1), Le(10**9)]
"""a number of things of which there is at least one"""
Rate: TypeAlias = Annotated[float, Gt(0), Le(1000)]
"""a learning rate; NaN and infinity are outside"""
Share: TypeAlias = Annotated[float, Ge(0), Lt(1)]
"""a fraction that never is the whole"""
Strength: TypeAlias = Annotated[float, Ge(0), Le(10**9)]
"""of a penalty, 0 for none"""
Seed: TypeAlias = Annotated[int, Ge(0), Le(2**63 - 1)]
"""of chance"""
