"""etude's estimators against scikit-learn's own conformance checks and its own multilayer perceptrons."""

import copy
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.utils.estimator_checks import estimator_checks_generator

import etude.optim
import etude.sklearn.estimator
from etude.sklearn import EtudeClassifier, EtudeRegressor
from etude.training.fit import Journal
from etude.training.unsaved import UnsavedRun

Data = tuple[np.ndarray, np.ndarray]
EPSILON = 1e-30
SKIPPED_BY_SCIKIT_LEARN = "check_array_api_input"  # unless SCIPY_ARRAY_API is set

PARAMETERS: list[dict[str, Any]] = [
    {},
    {"solver": "sgd", "learning_rate_init": 0.02},
    {"solver": "sgd", "learning_rate_init": 0.02, "nesterovs_momentum": False},
    {"solver": "sgd", "learning_rate_init": 0.02, "momentum": 0.0},
    {"activation": "tanh", "hidden_layer_sizes": (7, 5)},
    {"activation": "logistic", "hidden_layer_sizes": 6},
    {"activation": "identity", "hidden_layer_sizes": ()},
    {"alpha": 3.0, "batch_size": 50},
    {"tol": 0.05, "n_iter_no_change": 2},
    {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 3, "tol": 1e-3},
]


def checks(estimator: object) -> list[Any]:
    return [
        pytest.param(each, check, id=f"{type(each).__name__}-{check.func.__name__}")
        for each, check in estimator_checks_generator(estimator)
        if check.func.__name__ != SKIPPED_BY_SCIKIT_LEARN
    ]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:Got `batch_size`:UserWarning")
@pytest.mark.parametrize(("estimator", "check"), [*checks(EtudeClassifier()), *checks(EtudeRegressor())])
def test_passes_every_check_that_scikit_learn_makes(
    estimator: object, check: Callable[[object], None], unchecked: None
) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def cancer() -> Data:
    x, y = load_breast_cancer(return_X_y=True)
    return scale(x), y


@pytest.fixture(scope="module")
def diabetes() -> Data:
    x, y = load_diabetes(return_X_y=True)
    return scale(x), scale(y)


@pytest.fixture(scope="module")
def iris() -> Data:
    x, y = load_iris(return_X_y=True)
    return scale(x), np.array(["setosa", "versicolor", "virginica"])[y]


@pytest.fixture
def same_epsilon(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn adds Adam's epsilon before the correction for the start, torch after it; without it they agree."""

    def adam(parameters: Iterable[torch.nn.Parameter], *, rate: float) -> torch.optim.Optimizer:
        optimizer = etude.optim.adam(parameters, rate=rate)
        optimizer.param_groups[0]["eps"] = EPSILON
        return optimizer

    monkeypatch.setattr(etude.sklearn.estimator, "adam", adam)


def matching(reference: type, settings: dict[str, Any]) -> Any:
    """scikit-learn's estimator of these parameters, with the epsilon of `same_epsilon`."""
    return reference(**settings, epsilon=EPSILON)


def quietly(estimator: Any, data: Data, **arguments: Any) -> Any:
    """Fit, whether it converges or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(*data, **arguments)


def assert_same_network(ours: Any, theirs: Any) -> None:
    for mine, reference in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True):
        np.testing.assert_allclose(mine, reference, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-8)
    assert (ours.n_iter_, ours.n_outputs_, ours.out_activation_) == (
        theirs.n_iter_,
        theirs.n_outputs_,
        theirs.out_activation_,
    )


@pytest.mark.usefixtures("same_epsilon")
@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("data", ["cancer", "diabetes"])
def test_without_shuffling_it_is_the_network_of_scikit_learn(
    data: str, parameters: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    own, reference = (EtudeClassifier, MLPClassifier) if data == "cancer" else (EtudeRegressor, MLPRegressor)
    examples = request.getfixturevalue(data)
    settings = {"shuffle": False, "random_state": 3, "max_iter": 25, **parameters}
    ours, theirs = quietly(own(**settings), examples), quietly(matching(reference, settings), examples)
    assert_same_network(ours, theirs)
    np.testing.assert_allclose(ours.predict(examples[0]), theirs.predict(examples[0]), rtol=1e-4, atol=1e-4)
    if "early_stopping" in parameters:
        np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_, rtol=1e-6)
    else:
        assert ours.best_loss_ == pytest.approx(theirs.best_loss_, rel=1e-5)


@pytest.mark.usefixtures("same_epsilon")
def test_three_classes_are_those_of_scikit_learn(iris: Data) -> None:
    settings = {"shuffle": False, "random_state": 3, "max_iter": 30}
    ours, theirs = quietly(EtudeClassifier(**settings), iris), quietly(matching(MLPClassifier, settings), iris)
    assert_same_network(ours, theirs)
    np.testing.assert_allclose(ours.predict_proba(iris[0]), theirs.predict_proba(iris[0]), atol=1e-6)
    assert list(ours.predict(iris[0])) == list(theirs.predict(iris[0]))


@pytest.mark.usefixtures("same_epsilon")
def test_weights_of_rows_are_those_of_scikit_learn(cancer: Data, diabetes: Data) -> None:
    settings = {"shuffle": False, "random_state": 3, "max_iter": 10}
    for own, reference, data in ((EtudeClassifier, MLPClassifier, cancer), (EtudeRegressor, MLPRegressor, diabetes)):
        weight = np.random.default_rng(0).uniform(0.1, 4, len(data[0]))
        ours = quietly(own(**settings), data, sample_weight=weight)
        assert_same_network(ours, quietly(matching(reference, settings), data, sample_weight=weight))


@pytest.mark.usefixtures("same_epsilon")
def test_a_warm_start_goes_on_as_in_scikit_learn(cancer: Data) -> None:
    settings = {"shuffle": False, "random_state": 3, "max_iter": 5, "warm_start": True}
    ours, theirs = EtudeClassifier(**settings), matching(MLPClassifier, settings)
    for _ in range(3):
        quietly(ours, cancer), quietly(theirs, cancer)
    assert_same_network(ours, theirs)
    assert len(ours.loss_curve_) == 15
    with pytest.raises(ValueError, match="warm_start can only be used where `y` has the same classes"):
        ours.fit(cancer[0], cancer[1] + 1)


@pytest.mark.usefixtures("same_epsilon")
def test_partial_fits_are_those_of_scikit_learn(cancer: Data, diabetes: Data) -> None:
    settings = {"shuffle": False, "random_state": 3}
    ours, theirs = EtudeClassifier(**settings), matching(MLPClassifier, settings)
    for half in (slice(None, 300), slice(300, None), slice(None, 300)):
        for each in (ours, theirs):
            each.partial_fit(cancer[0][half], cancer[1][half], classes=[0, 1])
    assert_same_network(ours, theirs)
    regressors = EtudeRegressor(**settings), matching(MLPRegressor, settings)
    for _ in range(4):
        for each in regressors:
            each.partial_fit(*diabetes)
    assert_same_network(*regressors)


def test_partial_fit_wants_all_classes_first_and_no_others_later(iris: Data) -> None:
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        EtudeClassifier().partial_fit(*iris)
    model = EtudeClassifier(random_state=0).partial_fit(iris[0][:60], iris[1][:60], classes=np.unique(iris[1]))
    assert model.predict_proba(iris[0]).shape == (150, 3)
    with pytest.raises(ValueError, match="classes not in"):
        model.partial_fit(iris[0], np.full(150, "tulip"))
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping"):
        EtudeRegressor(early_stopping=True).partial_fit(iris[0], iris[0][:, 0])


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_goes_on_training_like_the_original(cancer: Data, copied: Callable[[Any], Any]) -> None:
    model = EtudeClassifier(random_state=0).partial_fit(*cancer, classes=[0, 1])
    twin = copied(model)
    for each in (model, twin):
        each.partial_fit(*cancer)
    np.testing.assert_array_equal(model.predict_proba(cancer[0]), twin.predict_proba(cancer[0]))


@pytest.mark.parametrize("data", ["cancer", "diabetes"])
def test_shuffled_it_scores_as_scikit_learn_does(data: str, request: pytest.FixtureRequest) -> None:
    own, reference = (EtudeClassifier, MLPClassifier) if data == "cancer" else (EtudeRegressor, MLPRegressor)
    x, x_test, y, y_test = train_test_split(*request.getfixturevalue(data), random_state=0)
    settings = {"max_iter": 60, "random_state": 0}
    scores = [quietly(kind(**settings), (x, y)).score(x_test, y_test) for kind in (own, reference)]
    assert abs(scores[0] - scores[1]) < 0.03
    assert scores[0] > (0.95 if data == "cancer" else 0.3)


def test_same_seed_same_network_and_the_callers_chance_is_left_alone(cancer: Data) -> None:
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    first = quietly(EtudeClassifier(max_iter=3, random_state=5), cancer).predict_proba(cancer[0])
    assert torch.equal(torch.get_rng_state(), state) and torch.get_num_threads() == threads
    torch.rand(3), np.random.rand(3)
    again = quietly(EtudeClassifier(max_iter=3, random_state=5), cancer).predict_proba(cancer[0])
    other = quietly(EtudeClassifier(max_iter=3, random_state=6), cancer).predict_proba(cancer[0])
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_early_stopping_keeps_the_best_weights(diabetes: Data) -> None:
    model = EtudeRegressor(early_stopping=True, random_state=0, learning_rate_init=0.02).fit(*diabetes)
    assert model.n_iter_ == len(model.validation_scores_) < model.max_iter
    assert model.best_validation_score_ == max(model.validation_scores_) > model.validation_scores_[-1]
    valid = train_test_split(np.arange(len(diabetes[0])), test_size=0.1, random_state=random_after_start(model))[1]
    assert model.score(diabetes[0][valid], diabetes[1][valid]) == pytest.approx(model.best_validation_score_)
    assert model.best_loss_ is None


def random_after_start(model: EtudeRegressor) -> np.random.RandomState:
    """The chance of seed 0 after the first weights were drawn from it."""
    random = np.random.RandomState(0)
    random.uniform(size=sum(each.size for each in model.coefs_ + model.intercepts_))
    return random


def test_the_validation_part_is_stratified_and_not_too_small(iris: Data) -> None:
    with pytest.raises(ValueError, match="should be greater or equal to the number of classes"):
        EtudeClassifier(early_stopping=True, validation_fraction=0.01).fit(*iris)
    with pytest.raises(ValueError, match="validation set is too small"):
        EtudeRegressor(early_stopping=True, validation_fraction=0.005).fit(iris[0], iris[0][:, 0])


def test_it_warns_of_a_training_that_was_too_short_and_of_batches_that_are_too_large(iris: Data) -> None:
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(2\) reached"):
        EtudeClassifier(max_iter=2).fit(*iris)
    with pytest.warns(UserWarning, match="Got `batch_size` larger than sample size"):
        EtudeClassifier(batch_size=151, tol=10, n_iter_no_change=1).fit(*iris)


@pytest.mark.usefixtures("same_epsilon")
@pytest.mark.parametrize("early_stopping", [False, True])
def test_verbose_prints_what_scikit_learn_prints(
    iris: Data, early_stopping: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"verbose": True, "shuffle": False, "random_state": 0, "tol": 0.1, "early_stopping": early_stopping}
    EtudeRegressor(**settings).fit(iris[0], iris[0][:, 0])
    ours = capsys.readouterr().out
    matching(MLPRegressor, settings).fit(iris[0], iris[0][:, 0])
    assert ours == capsys.readouterr().out != ""


def test_a_training_that_diverges_is_an_error_of_values() -> None:
    x, y = make_regression(50, 3, random_state=0)
    with pytest.raises(ValueError, match="non-finite parameter weights"):
        EtudeRegressor(solver="sgd", learning_rate_init=1000.0, random_state=0).fit(1e6 * x, y)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("solver", "lbfgs"), ("activation", "gelu"), ("momentum", 1.0), ("alpha", -1), ("hidden_layer_sizes", (5, 0))],
)
def test_parameters_out_of_range_are_refused_by_name(iris: Data, parameter: str, value: object) -> None:
    with pytest.raises(ValueError, match=parameter):
        EtudeClassifier(**{parameter: value}).fit(*iris)


def test_parameters_and_defaults_are_those_of_scikit_learn() -> None:
    for own, reference in ((EtudeClassifier(), MLPClassifier()), (EtudeRegressor(), MLPRegressor())):
        assert own.get_params().items() <= reference.get_params().items()
        assert len(own.get_params()) == 17


def test_computes_in_the_floating_type_of_the_training_data(cancer: Data) -> None:
    small = quietly(EtudeClassifier(max_iter=2), (cancer[0].astype(np.float32), cancer[1]))
    assert small.coefs_[0].dtype == small.predict_proba(cancer[0]).dtype == np.float32
    large = quietly(EtudeClassifier(max_iter=2), cancer)
    assert large.coefs_[0].dtype == large.predict_proba(cancer[0].astype(np.float32)).dtype == np.float64


def test_log_probabilities_stay_finite_where_probabilities_vanish(cancer: Data) -> None:
    model = quietly(EtudeClassifier(max_iter=20, random_state=0), cancer)
    far = 1e4 * cancer[0][:5]
    assert (model.predict_proba(far) == 0).any()
    assert np.isfinite(model.predict_log_proba(far)).all()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_works_in_a_pipeline_a_grid_search_and_a_cross_validation(iris: Data) -> None:
    model = make_pipeline(StandardScaler(), EtudeClassifier(max_iter=15, random_state=0, learning_rate_init=0.02))
    search = GridSearchCV(model, {"etudeclassifier__hidden_layer_sizes": [(4,), (30,)]}, cv=3).fit(*iris)
    assert search.best_score_ > 0.9
    assert len(search.best_estimator_[-1].coefs_) == 2
    assert cross_val_score(clone(model), *iris, cv=3).mean() > 0.9


def test_an_unsaved_run_is_a_journal_that_keeps_rows() -> None:
    run = UnsavedRun()
    assert isinstance(run, Journal)
    run.log(3, {"loss": 0.5})
    assert run.rows == [{"step": 3.0, "loss": 0.5}]


def test_importing_etude_does_not_import_scikit_learn() -> None:
    code = "import sys, etude, etude.training.fit, etude.training.unsaved; sys.exit('sklearn' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
