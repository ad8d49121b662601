"""Prototypical networks: episodes, prototypes against scikit-learn, classes that stay unseen, and the cosine trap."""

import math
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.neighbors import NearestCentroid
from torch import nn
from torch.nn import functional as F

import etude
from etude.chance import stream
from etude.data.characters import RawClasses, glyphs, omniglot
from etude.data.episodes import Tasks, episodes, load_classes, turned_classes
from etude.data.splits import Splits
from etude.errors import DataError, UsageError
from etude.evaluation.tasks import answers, task_accuracy
from etude.figures import Points
from etude.objectives.episodes import prototypes, prototypical, squared_distances
from etude.recipes.fewshot import FewShot
from etude.records import Episode, Labelled
from etude.source import Source
from tests.real_data import real


class Flat(nn.Module):
    """Pixels as they are."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1).float()


def random_episode(way: int = 4, shot: int = 3, queries: int = 6) -> Episode:
    pictures = torch.randint(256, (way, shot + queries, 1, 2, 2)).to(torch.uint8)
    return Episode(pictures[:, :shot], pictures[:, shot:])


def test_loss_is_the_formula_query_by_query() -> None:
    batch = random_episode()
    total = 0.0
    centres = batch.support.float().flatten(2).mean(dim=1) / 99
    for k in range(4):
        for x in batch.query[k].float().flatten(1) / 99:
            scores = [-float((x - c).square().sum()) for c in centres]
            total -= scores[k] - max(scores) - math.log(sum(math.exp(each - max(scores)) for each in scores))

    class Scaled(Flat):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) / 99

    loss = prototypical(Scaled(), batch)
    assert loss.n == 24 and abs(float(loss.value) - total / 24) < 1e-4


def test_answers_are_those_of_scikit_learns_nearest_centroid() -> None:
    z = torch.randn(6, 9, 5)
    classes = np.repeat(np.arange(6), 4)
    theirs = NearestCentroid().fit(z[:, :4].reshape(-1, 5).numpy(), classes).predict(z[:, 4:].reshape(-1, 5).numpy())
    assert answers(z, shot=4).flatten().tolist() == theirs.tolist()


def test_squared_distance_is_a_linear_model() -> None:
    """Snell et al., eq. 8: -|f - c|^2 = 2 c f - |c|^2 - |f|^2."""
    f, c = torch.randn(7, 3), torch.randn(4, 3)
    linear = 2 * f @ c.T - c.square().sum(dim=1) - f.square().sum(dim=1, keepdim=True)
    torch.testing.assert_close(-squared_distances(f, c), linear)
    torch.testing.assert_close(prototypes(c[None]), c.mean(dim=0, keepdim=True))


def test_cosine_can_never_be_certain() -> None:
    """The pitfall: cosines stay between -1 and 1, so that even a perfect embedding of 20 classes keeps a loss."""
    perfect, y = 100 * torch.eye(20), torch.arange(20)
    euclidean = F.cross_entropy(-squared_distances(perfect, perfect), y)
    cosine = F.cross_entropy(F.normalize(perfect) @ F.normalize(perfect).T, y)
    assert euclidean < 1e-6 < 1.2 < math.log(1 + 19 * math.exp(-2)) < cosine


def marked(n: int = 12, classes: int = 8) -> Labelled:
    """Pictures that hold their class and their number."""
    y = torch.arange(classes).repeat_interleave(n)
    number = torch.arange(n).repeat(classes)
    return Labelled(torch.stack([y, number], dim=1)[:, None, None].to(torch.uint8), y)


def test_episodes_are_the_same_for_the_same_seed_and_number() -> None:
    examples = marked()
    tasks = Tasks(examples.y, way=5, shot=2, queries=3)
    whole, later = episodes(examples, tasks, seed=1), episodes(examples, tasks, seed=1, start=3)
    first = [next(whole) for _ in range(5)]
    for wanted, got in zip(first[3:], later, strict=False):
        assert torch.equal(wanted.support, got.support) and torch.equal(wanted.query, got.query)
    assert not torch.equal(first[0].support, first[1].support)


def test_an_episode_has_different_classes_and_different_examples() -> None:
    examples = marked()
    tasks = Tasks(examples.y, way=5, shot=2, queries=3)
    for number in range(20):
        batch = next(episodes(examples, tasks, seed=0, start=number))
        both = torch.cat([batch.support, batch.query], dim=1)[:, :, 0, 0]  # (way, example, class and number)
        assert len(batch) == 5 and (both[:, :, 0] == both[:, :1, 0]).all()
        assert len(set(both[:, 0, 0].tolist())) == 5
        assert all(len(set(row.tolist())) == 5 for row in both[:, :, 1])


def test_too_few_classes_or_examples_are_refused() -> None:
    with pytest.raises(DataError, match="needs 9 classes of 5 examples, a part of the data has 8"):
        Tasks(marked().y, way=9, shot=2, queries=3)
    with pytest.raises(DataError, match="a part of the data has 0"):
        Tasks(marked().y, way=2, shot=10, queries=3)


def test_accuracy_of_a_guess_and_of_knowing() -> None:
    y = torch.arange(10).repeat_interleave(20)
    known = task_accuracy(torch.eye(10)[y], y, shot=1)
    guessed = task_accuracy(torch.randn(200, 3), y, shot=1)
    assert known.value == 1 and guessed.low < 0.2 < guessed.high


@pytest.fixture(scope="module")
def letters() -> RawClasses:
    return glyphs()


def test_glyphs_are_the_same_every_time_and_no_letter_stands_for_another(letters: RawClasses) -> None:
    again = glyphs()
    assert np.array_equal(letters.pictures, again.pictures) and letters.pictures.shape[1:] == (28, 28)
    names = dict.fromkeys(letters.classes.tolist())
    assert "Latin A" in names and "Greek Α" not in names and "Greek Ω" in names  # noqa: RUF001
    assert (letters.pictures.reshape(len(letters.pictures), -1).max(axis=1) > 100).all()  # nobody is empty
    _, counts = np.unique(letters.classes, return_counts=True)
    assert (counts == 12).all() and len(counts) > 200


def test_parts_share_no_alphabet() -> None:
    for seed in range(2):
        splits = load_classes(Source("glyphs", split_seed=seed))
        names = splits.schema.answer.names
        families = [{names[each].split()[0] for each in part.y.tolist()} for part in every(splits)]
        assert not families[0] & families[1] and not families[0] & families[2] and not families[1] & families[2]
        assert all(len(torch.unique(part.y)) >= 5 for part in every(splits))


def every(splits: Splits[Labelled]) -> tuple[Labelled, Labelled, Labelled]:
    return splits.train, splits.valid, splits.test


def test_classes_may_be_split_one_by_one() -> None:
    splits = load_classes(Source("glyphs", group="class"))
    sets = [set(part.y.tolist()) for part in every(splits)]
    assert not sets[0] & sets[1] and not sets[0] & sets[2] and not sets[1] & sets[2] and "by class" in splits.rule
    names = splits.schema.answer.names
    assert {names[each].split()[0] for each in sets[2]} & {names[each].split()[0] for each in sets[0]}
    with pytest.raises(UsageError, match="by alphabet or by class"):
        load_classes(Source("glyphs", group="colour"))


def test_any_pictures_by_class_will_do(tmp_path: Path) -> None:
    source = Source("digits", split=(0.5, 0.3, 0.2))
    splits = load_classes(source)
    assert [len(torch.unique(part.y)) for part in every(splits)] == [5, 3, 2] and splits.train.x.shape[2:] == (28, 28)
    run = etude.train("fewshot", "digits", split=(0.5, 0.3, 0.2), steps=2, way=4, width=4, out=tmp_path)
    assert "of 2 classes" in etude.evaluate(run).evaluation.protocol
    with pytest.raises(DataError, match="holds none"):
        load_classes(Source("iris"))


def test_rotations_make_four_classes_of_one() -> None:
    examples = Labelled(torch.arange(8).view(2, 1, 2, 2).to(torch.uint8), torch.tensor([0, 2]))
    turned = turned_classes(examples)
    assert turned.y.tolist() == [0, 2, 3, 5, 6, 8, 9, 11]
    assert torch.equal(turned.x[4], examples.x[0].flip(1, 2)) and torch.equal(turned.x[:2], examples.x)


def picture(folder: Path, name: str, side: int, chance: np.random.Generator) -> Path:
    """A black square of this side on white, somewhere."""
    sheet = np.full((40, 40), 255, dtype=np.uint8)
    down, right = chance.integers(0, 40 - side, size=2)
    sheet[down : down + side, right : right + side] = 0
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet).save(folder / f"{name}.png")
    return folder / f"{name}.png"


def test_zip_of_characters_is_read_white_on_black(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    with ZipFile(tmp_path / "few.zip", "w") as archive:
        for place in ("Greek/character01/a", "Greek/character02/b", "Latin/character01/c"):
            file = picture(tmp_path, place.replace("/", "-"), 10, chance)
            archive.write(file, f"few/{place}.png")
    raw = omniglot((tmp_path / "few.zip",), Source(""), 28)
    assert raw.classes.tolist() == ["Greek character01", "Greek character02", "Latin character01"]
    assert raw.families.tolist() == ["Greek", "Greek", "Latin"] and raw.pictures.mean() < 40
    (tmp_path / "bad.zip").write_bytes(b"PK nothing")
    with pytest.raises(DataError, match="damaged zip"):
        omniglot((tmp_path / "bad.zip",), Source(""), 28)


def test_real_omniglot_has_its_alphabets() -> None:
    raw = omniglot((real("omniglot/images_background_small1.zip"),), Source(""), 28)
    assert len(raw.pictures) == 2720 and len(set(raw.classes.tolist())) == 136
    assert set(raw.families.tolist()) == {"Balinese", "Early_Aramaic", "Greek", "Korean", "Latin"}


def test_an_embedding_does_not_depend_on_its_companions() -> None:
    """The pitfall: in training mode the batch statistics of an episode would leak from query to query."""
    splits = load_classes(Source("glyphs"))
    network, x = FewShot(width=4).network(splits.schema), splits.test.x[:20]
    for _ in range(3):
        network(x)
    assert not torch.allclose(network(x)[0], network(x[:5])[0], atol=1e-4)
    network.eval()
    torch.testing.assert_close(network(x)[0], network(x[:5])[0], atol=1e-5, rtol=1e-5)


def test_new_classes_are_told_from_a_folder_of_examples(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    known = [picture(tmp_path / "examples" / name, "1", side, chance) for name, side in (("large", 18), ("small", 6))]
    run = etude.train("fewshot", steps=3, way=10, queries=3, width=8, out=tmp_path / "runs")
    negative = 255 - np.asarray(Image.open(known[1]))
    Image.fromarray(negative).save(tmp_path / "negative.png")
    asked = [*known, tmp_path / "negative.png"]  # the very examples, and one on black instead of white
    found = etude.predict(run, [tmp_path / "examples", *asked])
    assert [row.answer for row in found.rows] == ["large", "small", "small"] and "2 classes" in found.notes[0]
    assert all(row.probabilities[row.answer] >= 0.5 for row in found.rows)
    figures = etude.explain(run, [tmp_path / "examples"])
    assert isinstance(figures["prototypes"], Points) and figures["prototypes"].names == ("large", "small", "prototype")
    with pytest.raises(UsageError, match="a folder first"):
        etude.predict(run, asked)
    with pytest.raises(DataError, match="no file or folder"):
        etude.predict(run, [tmp_path / "examples", "nowhere.png"])
    judged = etude.evaluate(etude.load(run.run.folder, use="last"), on="valid").evaluation.metrics
    assert run.run.curves()[-1]["valid_accuracy"] == judged["accuracy"].value
    assert 0.2 < judged["accuracy"].value < judged["accuracy after 5"].value


def test_chance_of_episodes_is_not_that_of_the_training() -> None:
    rows = Tasks(marked().y, way=5, shot=1, queries=1).rows_of(stream(0, "sampling", 0))
    assert not torch.equal(rows, Tasks(marked().y, way=5, shot=1, queries=1).rows_of(stream(0, "order", 0)))
