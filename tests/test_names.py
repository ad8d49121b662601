"""The ladder of makemore: lists of names, counts and gradients that agree, networks that see as far as they say."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import etude
from etude.data.names import bigram_counts, load_names, trimmed
from etude.data.tokenizers import END, PAD, START, decode
from etude.errors import DataError
from etude.figures import Matrix
from etude.figures import Text as Words
from etude.models import names as ladder
from etude.models.gpt import GPT
from etude.models.sampling import Choice, write
from etude.objectives.language import next_token
from etude.optim import Optimizer, adam
from etude.records import IGNORED, Tokens
from etude.schema import Text
from etude.source import Source
from tests.real_data import real

SPLIT = (0.8, 0.1, 0.1)
NAMES = "emma olivia ava isabella sophia charlotte mia amelia harper evelyn abigail emily".split()  # noqa: SIM905


def written(folder: Path, names: list[str]) -> Source:
    path = folder / "names.txt"
    path.write_text("\n".join(names) + "\n")
    return Source(str(path), split=SPLIT)


def test_each_name_stands_whole_in_one_part_with_its_start_and_end(tmp_path: Path) -> None:
    splits = load_names(written(tmp_path, NAMES))
    kind = splits.schema.inputs
    assert isinstance(kind, Text)
    found = []
    for examples in (splits.train, splits.valid, splits.test):
        for x, y in zip(examples.x.tolist(), examples.y.tolist(), strict=True):
            assert x[0] == START
            assert [each for each in x[1:] if each != PAD] == y[: y.index(END)]
            assert all((a == PAD) == (b == IGNORED) for a, b in zip(x, y, strict=True))
            found.append(decode(kind, y))
    known = [name for name in found if "<unk>" not in name]
    assert set(known) <= set(NAMES)
    assert len(found) == len(NAMES)
    assert len(splits.train) == 10


def test_a_batch_is_as_wide_as_its_longest_name(tmp_path: Path) -> None:
    examples = load_names(written(tmp_path, NAMES)).train
    short = examples[(examples.y != IGNORED).sum(1) <= 5]
    batch = trimmed(short, torch.Generator())
    assert batch.x.shape[1] == int((short.y != IGNORED).sum(1).max()) < short.x.shape[1]
    network = ladder.mlp(30)
    torch.testing.assert_close(next_token(network, batch).value, next_token(network, short).value)


def test_embedded_list_is_the_same_everywhere() -> None:
    splits = load_names(Source("unicode-words", split=SPLIT))
    assert "3,882 names" in splits.notes[0]
    assert splits.fingerprint.startswith("ee48920b05c2")


def test_names_of_makemore_are_the_ones_that_everybody_uses() -> None:
    real("text-lm/names.txt")
    splits = load_names(Source("names", split=SPLIT))
    assert isinstance(splits.schema.inputs, Text)
    assert "32,033 names of up to 15" in splits.notes[0]
    assert len(splits.schema.inputs.vocabulary) == 26 + 4


def test_running_text_is_no_list_of_names(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="take gpt or char-rnn"):
        load_names(written(tmp_path, [*NAMES, "x" * 65]))
    with pytest.raises(DataError, match="did you mean 'unicode-words'"):
        load_names(Source("unicode-word", split=SPLIT))


def test_gradient_descent_finds_the_counted_bigrams(tmp_path: Path) -> None:
    train = load_names(written(tmp_path, NAMES)).train
    network = ladder.bigram(30)
    optimizer = Optimizer(adam(network.parameters(), rate=0.3))
    for _ in range(400):
        loss = optimizer.minimize([next_token(network, train)])
    counts = bigram_counts(train, 30).double()
    log_p = (counts / counts.sum(1, keepdim=True)).log()
    answered = train.y != IGNORED
    counted = -log_p[train.x[answered], train.y[answered]].mean()
    assert float(loss) == pytest.approx(float(counted), abs=2e-3)
    assert float(loss) > float(counted) - 1e-6


SPANS = {"bigram": 1, "mlp": 3, "mlp-bn": 3, "wavenet": 8}
BUILT = {"bigram": ladder.bigram, "mlp": ladder.mlp, "mlp-bn": ladder.mlp_bn, "wavenet": ladder.wavenet}


@pytest.mark.parametrize("name", list(SPANS))
def test_network_sees_its_last_letters_and_no_others(name: str) -> None:
    network = BUILT[name](30).eval()
    for parameter in network.parameters():
        nn.init.normal_(parameter, 0, 0.5)
    x = torch.randint(4, 30, (1, 12))
    before = network(x)
    for t in range(12):
        changed = x.clone()
        changed[0, t] = 4 + (changed[0, t] - 3) % 26
        moved = (network(changed) - before).abs().amax(dim=2)[0] > 1e-7
        assert moved.nonzero()[:, 0].tolist() == list(range(t, min(12, t + SPANS[name])))


def test_padding_reaches_no_batch_norm() -> None:
    """The pitfall: padded positions in the statistics, and a name's score depends on the longest name beside it."""
    short = Tokens(torch.tensor([[START, 5, 6]]), torch.tensor([[5, 6, END]]))
    padded = Tokens(nn.functional.pad(short.x, (0, 9)), nn.functional.pad(short.y, (0, 9), value=IGNORED))
    first, second = ladder.mlp_bn(30), ladder.mlp_bn(30)
    second.load_state_dict(first.state_dict())
    torch.testing.assert_close(next_token(first, short).value, next_token(second, padded).value)
    for one, other in zip(first.buffers(), second.buffers(), strict=True):
        torch.testing.assert_close(one, other)

    class Careless(ladder.Windowed):
        def forward(self, x: Tensor) -> Tensor:
            contexts = nn.functional.pad(x, (self.span - 1, 0), value=START).unfold(1, self.span, 1)
            logits: Tensor = self.network(contexts.flatten(0, 1)).unflatten(0, tuple(x.shape))
            return logits

    careless = Careless(ladder.mlp_bn(30).network, span=3)
    apart = next_token(careless, short).value - next_token(careless, padded).value
    assert abs(float(apart.detach())) > 1e-4


def test_parameter_counts_of_the_lectures() -> None:
    """With makemore's 27 characters: 11,897 of the MLP, 12,097 with batch norm and no bias, 76,579 of the WaveNet."""

    def count(network: nn.Module) -> int:
        return sum(each.numel() for each in network.parameters())

    assert count(ladder.bigram(27)) == 27 * 27
    assert count(ladder.mlp(27)) == 11_897
    assert count(ladder.mlp_bn(27)) == 12_097
    assert count(ladder.wavenet(27)) == 76_579
    assert abs(count(GPT(27, context=16, width=64, layers=4, heads=4)) - 204_544) < 2_500


def test_writing_equals_the_network_on_the_whole_name() -> None:
    network = ladder.wavenet(30).eval()
    for parameter in network.parameters():
        nn.init.normal_(parameter, 0, 0.5)
    prompt = torch.full((2, 1), START)
    tokens = write(network, prompt, length=9, choice=Choice(temperature=0.0), generator=torch.Generator())
    x = torch.cat([prompt, tokens], dim=1)
    is_read = x != PAD
    assert is_read.all()
    assert torch.equal(network(x)[:, :-1].argmax(dim=2), tokens)


@pytest.mark.parametrize("model", ["bigram", "wavenet", "transformer"])
def test_every_rung_trains_answers_and_makes_names_up(tmp_path: Path, model: str) -> None:
    source = written(tmp_path, NAMES * 3)
    trained = etude.train("names", source.data, model=model, steps=30, out=tmp_path / "runs")
    made = etude.generate(trained, n=5, prompt="em")
    assert isinstance(made, Words)
    assert [name[:2] for name in made.body.splitlines()] == ["em"] * 5
    known, strange = (row.answer for row in etude.predict(trained, ["emma", "vvvv"]).rows)
    assert float(known) < float(strange)
    with pytest.raises(DataError, match="had no 'X'"):
        etude.predict(trained, ["Xemma"])
    with pytest.raises(DataError, match="longer than"):
        etude.predict(trained, ["emma" * 9])
    matrix = etude.explain(trained, ["mia"])["mia"]
    assert isinstance(matrix, Matrix)
    assert matrix.columns == ("m", "i", "a", "end")
