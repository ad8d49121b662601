"""Autoencoders: the laws of the linear one, the shapes of the others, what noise and a stack are good for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.decomposition import PCA
from torch import Tensor, nn

import etude
from etude.data.load import load
from etude.data.splits import labelled_rows
from etude.data.squares import load_squares
from etude.data.unlabelled import unlabelled
from etude.errors import DataError, UsageError
from etude.evaluation.reconstruction import (
    decoded_plane,
    left_as_it_came,
    linear_codes,
    reconstruction_scores,
    squared_errors,
)
from etude.learners.layerwise import LayerRestoration
from etude.models.autoencoder import Autoencoder, autoencoder
from etude.models.stacked import SigmoidStack
from etude.objectives.restoration import Restoration, masked
from etude.recipes.stacked_autoencoder import StackedAutoencoder
from etude.records import Inputs, Labelled
from etude.source import Source
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun


def pictures(n: int = 64, side: int = 4, *, seed: int = 0) -> Inputs:
    """Grey pictures that vary mostly in three directions."""
    chance = torch.Generator().manual_seed(seed)
    directions = torch.randn(3, side * side, generator=torch.Generator().manual_seed(1))
    x = torch.randn(n, 3, generator=chance) @ directions + 0.3 * torch.randn(n, side * side, generator=chance)
    return Inputs((128 + 25 * x).clamp(0, 255).to(torch.uint8).view(n, 1, side, side))


def score(network: Autoencoder, examples: Inputs, name: str = "mse", share: float = 0.0) -> float:
    value = reconstruction_scores(network, examples, share=share)[name].value
    assert value is not None
    return value


def component_error(train: Inputs, other: Inputs, latent: int) -> float:
    value = linear_codes(train, other, latent=latent).metrics["mse"].value
    assert value is not None
    return value


@pytest.mark.parametrize("latent", [1, 2, 5, 16])
def test_linear_baseline_is_scikit_learns_pca(latent: int) -> None:
    train, other = pictures(), pictures(30, seed=2)
    rows = [(each.x.flatten(1).double() / 255).numpy() for each in (train, other)]
    theirs = PCA(latent).fit(rows[0])
    back = theirs.inverse_transform(theirs.transform(rows[1]))
    assert component_error(train, other, latent) == pytest.approx(np.square(back - rows[1]).mean(), rel=1e-4, abs=1e-9)


def test_linear_autoencoder_finds_what_pca_finds_and_no_more() -> None:
    """Baldi and Hornik 1989: its global minimum spans the principal components, and there is no other minimum."""
    examples = pictures()
    network = Autoencoder(nn.Linear(16, 2), nn.Linear(2, 16))
    descent = torch.optim.LBFGS(network.parameters(), max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        descent.zero_grad()
        value = Restoration(0.0)(network, examples).value
        value.backward()
        return value

    descent.step(loss)
    error, best = score(network, examples), component_error(examples, examples, 2)
    assert best <= error < 1.001 * best


@pytest.mark.parametrize("side", [5, 7, 8, 14, 28])
@pytest.mark.parametrize("channels", [(), (3,), (3, 5)])
def test_pictures_of_any_side_come_back_at_their_size(side: int, channels: tuple[int, ...]) -> None:
    network = autoencoder(side, channels=channels, hidden=(6,), latent=2)
    x = torch.randint(256, (3, 1, side, side), dtype=torch.uint8)
    back = network(x)
    assert network.encode(torch.rand(3, side * side)).shape == (3, 2)
    assert back.shape == (3, side * side) and bool(((back >= 0) & (back <= 1)).all())


def test_nothing_but_the_code_passes_through() -> None:
    """Pictures with the same code come back alike, however different they are."""
    network = autoencoder(8, channels=(2,), hidden=(6,), latent=1)
    nn.init.zeros_(network.encoder[-1].weight)
    back = network(torch.randint(256, (5, 1, 8, 8), dtype=torch.uint8))
    assert torch.equal(back, back[:1].expand(5, -1))


def test_masked_pixels_are_zero_in_the_share_that_was_asked_for() -> None:
    x = torch.full((50, 1, 20, 20), 200, dtype=torch.uint8)
    lost = masked(x, 0.3)
    assert set(lost.unique().tolist()) == {0, 200} and lost.dtype == torch.uint8
    assert float((lost == 0).float().mean()) == pytest.approx(0.3, abs=4 * (0.21 / x.numel()) ** 0.5)
    assert masked(x, 0.0) is x


def test_the_whole_picture_is_wanted_back_from_a_masked_one() -> None:
    """A network that says again what it was given pays for the missing pixels; without corruption it pays nothing."""

    class Same(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.flatten(1) / 255

    batch = Inputs(torch.full((200, 1, 8, 8), 255, dtype=torch.uint8))
    assert float(Restoration(0.0)(Same(), batch).value) == 0
    assert float(Restoration(0.4)(Same(), batch).value) == pytest.approx(0.4, abs=0.02)
    assert left_as_it_came(batch, share=0.4).metrics["denoised_mse"].value == pytest.approx(0.4, abs=0.02)


def test_sum_over_pixels_is_as_many_times_the_mean() -> None:
    """The pitfall: two reports of the same error differ by a factor of the pixels."""
    network, batch = autoencoder(8, channels=(), hidden=(4,), latent=2), pictures(6, 8)
    x = batch.x.flatten(1) / 255
    summed = (network(batch.x) - x).square().sum(dim=1).mean()
    torch.testing.assert_close(summed, 64 * Restoration(0.0)(network, batch).value)


def test_sigmoid_cannot_say_pixels_below_zero() -> None:
    """The pitfall of pictures between -1 and 1: the background of a digit, -1, is never closer than 1."""
    network = autoencoder(8, channels=(), hidden=(16,), latent=2)
    background = 2 * (torch.zeros(4, 64) - 0.5)
    assert float((network.decode(torch.randn(4, 2)) - background).detach().square().min()) >= 1


def test_errors_of_a_part_are_the_same_every_time_and_for_each_picture_its_own() -> None:
    network, examples = autoencoder(4, channels=(), hidden=(8,), latent=2), pictures()
    first, again = (squared_errors(network, examples, share=0.3) for _ in range(2))
    assert torch.equal(first, again) and first.shape == (64,)
    torch.testing.assert_close(squared_errors(network, examples[:5]), squared_errors(network, examples)[:5])


def test_decoded_plane_shows_the_second_number_upwards() -> None:
    network = Autoencoder(nn.Identity(), nn.Identity())  # two pixels, which are the code
    shown = decoded_plane(network, torch.rand(500, 2), height=1).pixels
    assert shown.shape == (1, 1, 12, 24)
    right, up = shown[0, 0, :, 0::2].float(), shown[0, 0, :, 1::2].float()
    assert (right.diff(dim=1) > 0).all() and (up.diff(dim=0) < 0).all()


def test_two_numbers_of_a_bent_code_beat_two_principal_components(tmp_path: Path, unchecked: None) -> None:
    judged = etude.evaluate(etude.train("autoencoder", steps=350, out=tmp_path))
    error, linear = judged.evaluation.metrics["mse"], judged.baselines[0].metrics["mse"]
    assert error.high is not None and linear.low is not None and error.high < 0.85 * linear.low


def test_denoising_restores_what_was_lost_where_a_plain_autoencoder_does_not(tmp_path: Path, unchecked: None) -> None:
    few_steps = {"steps": 400, "latent": 32, "out": tmp_path}
    plain = etude.train("autoencoder", **few_steps)
    denoising = etude.train("autoencoder", corruption=0.4, **few_steps)
    examples = unlabelled(load_squares(Source("digits"), size=None)).test
    errors = [score(each.predictor.network, examples, "denoised_mse", 0.4) for each in (plain, denoising)]
    judged = etude.evaluate(denoising)
    unchanged = next(each for each in judged.baselines if each.name == "left as it came").metrics["denoised_mse"].value
    assert judged.evaluation.metrics["denoised_mse"].value == errors[1] < 0.85 * errors[0]
    assert unchanged is not None and errors[1] < 0.5 * unchanged


def test_pictures_of_another_kind_come_back_worse(tmp_path: Path) -> None:
    trained = etude.train("autoencoder", steps=300, out=tmp_path)
    digit = load(Source("digits"), size=8).test.x[0, 0].numpy()
    Image.fromarray(digit).save(tmp_path / "digit.png")
    Image.fromarray(255 - digit).save(tmp_path / "inverted.png")
    answers = etude.predict(trained, [tmp_path / "digit.png", tmp_path / "inverted.png"])
    usual, odd = (row.answer for row in answers.rows)
    assert isinstance(usual, float) and isinstance(odd, float) and odd > 3 * usual


def test_last_validation_row_is_the_evaluation_of_the_last_checkpoint(tmp_path: Path) -> None:
    trained = etude.train("autoencoder", steps=20, corruption=0.2, out=tmp_path)
    metrics = etude.evaluate(etude.load(trained.run.folder, use="last"), on="valid").evaluation.metrics
    row = trained.run.curves()[-1]
    assert {name: score.value for name, score in metrics.items()} == {
        "mse": row["valid_mse"],
        "denoised_mse": row["valid_denoised_mse"],
    }


def test_tables_are_refused() -> None:
    with pytest.raises(DataError, match="pictures"):
        etude.train("autoencoder", "iris")


def stack_and_batch() -> tuple[SigmoidStack, Labelled]:
    stack = SigmoidStack(16, hidden=(7, 5, 3), classes=2)
    return stack, Labelled(pictures().x, torch.arange(64) % 2)


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_only_the_layer_that_learns_changes(depth: int) -> None:
    stack, batch = stack_and_batch()
    learner = LayerRestoration(stack, depth, share=0.2, rate=0.01)
    before = {name: tensor.clone() for name, tensor in stack.state_dict().items()}
    learner.update(batch)
    changed = {name for name, tensor in stack.state_dict().items() if not torch.equal(tensor, before[name])}
    assert changed == {f"layers.{depth}.weight", f"layers.{depth}.bias"}


def test_layer_with_tied_weights_is_the_same_matrix_both_ways() -> None:
    stack, batch = stack_and_batch()
    learner = LayerRestoration(stack, 0, share=0.0, rate=0.01)
    x, layer = stack.code(batch.x, 0), stack.layers[0]
    wanted = torch.sigmoid(x @ layer.weight.T + layer.bias) @ layer.weight + learner.bias_below
    torch.testing.assert_close(learner.restored(x), wanted)


def test_loss_of_a_layer_is_torchs_cross_entropy_summed_over_its_inputs() -> None:
    stack, batch = stack_and_batch()
    learner = LayerRestoration(stack, 1, share=0.0, rate=0.01)
    x = stack.code(batch.x, 1).detach()
    wanted = nn.BCEWithLogitsLoss(reduction="sum")(learner.restored(x), x) / len(x)
    torch.testing.assert_close(learner.update(batch)["nats"], wanted.detach())


def test_layer_learns_to_restore_what_it_lost() -> None:
    stack, batch = stack_and_batch()
    learner = LayerRestoration(stack, 0, share=0.2, rate=0.02)
    losses = [float(learner.update(batch)["nats"]) for _ in range(150)]
    assert losses[-1] < 0.97 * losses[0]


def test_each_layer_is_an_experiment_and_the_last_tells_classes_apart(tmp_path: Path) -> None:
    trained = etude.train("stacked-autoencoder", steps=200, rate=5e-3, hidden=(32, 32), out=tmp_path)
    assert sorted(path.name for path in trained.run.folder.glob("experiment-*.json")) == [
        f"experiment-{phase}.json" for phase in range(3)
    ]
    accuracy = etude.evaluate(trained).evaluation.metrics["accuracy"].value
    assert accuracy is not None and accuracy > 0.6
    without = etude.train("stacked-autoencoder", steps=2, hidden=(8,), pretraining=0, out=tmp_path)
    assert len(list(without.run.folder.glob("experiment-*.json"))) == 1


def test_labels_are_drawn_by_the_seed() -> None:
    splits = load_squares(Source("digits"), size=None)
    drawn = [labelled_rows(splits, 50, seed=seed).train for seed in (0, 0, 1)]
    assert torch.equal(drawn[0].x, drawn[1].x) and not torch.equal(drawn[0].x, drawn[2].x)
    assert len(drawn[0]) == 50 and labelled_rows(splits, None, seed=0) is splits
    assert torch.equal(labelled_rows(splits, 50, seed=0).test.x, splits.test.x)


def accuracy_after(pretraining: int, seed: int) -> float:
    """On validation and test part together: either alone is too small to tell."""
    recipe = StackedAutoencoder(
        pretraining=pretraining, labels=50, epochs=300, rate=5e-4, hidden=(200, 200), seed=seed, device="cpu"
    )
    for experiment in recipe.experiments():
        for _ in fit(replace(experiment, evaluate=dict), UnsavedRun()):
            pass
    network, splits = experiment.learner.network, experiment.splits
    assert splits is not None
    with torch.no_grad():
        right = [network(each.x).argmax(dim=1) == each.y for each in (splits.valid, splits.test)]
    return float(torch.cat(right).float().mean())


def test_layers_that_learnt_alone_help_where_labels_are_few(unchecked: None) -> None:
    """Erhan et al. 2010 (JMLR 11): with 50 labels, what was learnt from 1,257 pictures without them is worth points."""
    gains = [accuracy_after(60, seed) - accuracy_after(0, seed) for seed in (0, 1)]
    assert min(gains) > 0 and sum(gains) / 2 > 0.015


def test_negative_pretraining_is_refused() -> None:
    with pytest.raises(UsageError, match="pretraining"):
        next(replace(StackedAutoencoder(), pretraining=-1).experiments())
