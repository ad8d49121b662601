"""Figures survive the run folder, number by number."""

import math
from pathlib import Path

import pytest
import torch

from etude.errors import CheckpointError
from etude.figures import Curve, Figure, Grid, Histogram, Images, LayerBox, Line, Matrix, Network, Points, Text
from etude.report.draw import svg
from etude.training.drawings import plain, read_figures, save_figures

FIGURES: dict[str, Figure] = {
    "curve": Curve("Loss", {"a": Line(torch.arange(3.0), torch.tensor([1.0, math.nan, 2.0]))}, "update", "nats"),
    "images": Images("Digits", torch.arange(32, dtype=torch.uint8).reshape(2, 1, 4, 4), ("one", "two")),
    "matrix": Matrix("Attention", torch.rand(2, 3), ("a", "b"), ("x", "y", "z"), "asks", "answers"),
    "points": Points(
        "Plane",
        torch.rand(4),
        torch.rand(4),
        "x",
        "y",
        classes=torch.tensor([0, 1, 0, 1]),
        names=("a", "b"),
        background=Grid(torch.rand(2, 2), (0.0, 1.0), (0.0, 1.0)),
    ),
    "histogram": Histogram("Counts", torch.arange(3.0), {"training": torch.tensor([1, 2])}, "value"),
    "network": Network("Layers", (LayerBox("conv", (6, 28, 28), 156),)),
    "text": Text("Sample", "To be,\nor not"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_survives_its_file(name: str, tmp_path: Path) -> None:
    save_figures(tmp_path, {name: FIGURES[name]})
    back = read_figures(tmp_path)[name]
    assert type(back) is type(FIGURES[name])
    assert plain(back) == plain(FIGURES[name])
    assert svg(back) == svg(FIGURES[name])


def test_undefined_numbers_come_back_undefined(tmp_path: Path) -> None:
    save_figures(tmp_path, {"curve": FIGURES["curve"]})
    assert "NaN" not in (tmp_path / "figures" / "curve.json").read_text()
    back = read_figures(tmp_path)["curve"]
    assert isinstance(back, Curve)
    assert back.lines["a"].y.isnan().tolist() == [False, True, False]


def test_names_with_spaces_become_file_names(tmp_path: Path) -> None:
    save_figures(tmp_path, {"latent walk": FIGURES["images"]})
    assert list(read_figures(tmp_path)) == ["latent-walk"]


@pytest.mark.parametrize("body", ['{"figure": "Pickle"}', '{"figure": "Text"}', '{"no": "figure"}'])
def test_file_that_holds_no_figure_is_named(body: str, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "odd.json").write_text(body)
    with pytest.raises(CheckpointError, match=r"odd\.json holds no figure"):
        read_figures(tmp_path)


def test_run_without_figures_has_none(tmp_path: Path) -> None:
    assert read_figures(tmp_path) == {}
