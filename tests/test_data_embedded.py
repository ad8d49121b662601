"""The embedded sets against scikit-learn's own reading of the same files."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets

from etude.data import embedded


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (embedded.breast_cancer, datasets.load_breast_cancer),
        (embedded.wine, datasets.load_wine),
        (embedded.iris, datasets.load_iris),
    ],
)
def test_tables_of_classes_equal_scikit_learn(ours, theirs) -> None:
    raw, reference = ours(), theirs()
    inputs = raw.frame.drop(raw.target)
    np.testing.assert_array_equal(inputs.to_numpy(), reference.data)
    assert list(inputs.columns) == list(reference.feature_names)
    assert raw.frame[raw.target].to_list() == reference.target_names[reference.target].tolist()


def test_diabetes_is_unscaled_and_equals_scikit_learn() -> None:
    raw, reference = embedded.diabetes(), datasets.load_diabetes(scaled=False)
    np.testing.assert_array_equal(raw.frame.drop("progression").to_numpy(), reference.data)
    np.testing.assert_array_equal(raw.frame["progression"].to_numpy(), reference.target)
    assert raw.frame.columns[:-1] == reference.feature_names


def test_digits_equal_scikit_learn_with_their_greys_spread() -> None:
    raw, reference = embedded.digits(), datasets.load_digits()
    np.testing.assert_array_equal(raw.pictures, np.rint(reference.images * 255 / 16))
    np.testing.assert_array_equal(raw.answers, reference.target)


def test_loading_an_embedded_set_does_not_import_scikit_learn() -> None:
    program = (
        "import sys; from etude.data.load import load; from etude.source import Source;"
        "load(Source('digits')); load(Source('iris'));"
        "sys.exit(any(name.split('.')[0] in {'sklearn', 'matplotlib', 'scipy'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
