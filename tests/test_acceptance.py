"""Every line of the list of what TensorFlow Playground can do, T01 to T40, is a test with that name."""

import re
from pathlib import Path

LAST = 40
NAMED = re.compile(r"def (test_\w*)|ids=\[([^]]*)\]")


def test_no_number_of_the_list_is_missing() -> None:
    names = "_".join(
        "_".join(found) + "_"
        for path in Path(__file__).parent.glob("test_*.py")
        for found in NAMED.findall(path.read_text())
    )
    numbers = {int(number) for number in re.findall(r"(?:_|\"|\b)t(\d\d)(?=_|\"|\b)", names)}
    assert numbers == set(range(1, LAST + 1))
