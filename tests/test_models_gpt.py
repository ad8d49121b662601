"""GPT: laws of the network, and the same numbers as the implementation that everybody uses."""

import importlib
import math

import pytest
import torch
from torch import Tensor

from etude.models.gpt import GPT, from_gpt2
from etude.models.sampling import Choice, write
from etude.objectives.language import next_token
from etude.records import IGNORED, Tokens


def small(vocabulary: int = 11, context: int = 12, dropout: float = 0.0) -> GPT:
    return GPT(vocabulary, context=context, width=16, layers=3, heads=2, dropout=dropout)


def test_causal_mask_leaks_nothing() -> None:
    """A change of token t moves outputs from t on, and no bit before it."""
    network = small().eval()
    x = torch.randint(11, (2, 12))
    before = network(x)
    for t in range(12):
        changed = x.clone()
        changed[:, t] = (changed[:, t] + 1) % 11
        after = network(changed)
        torch.testing.assert_close(after[:, :t], before[:, :t], atol=1e-6, rtol=0)
        assert (after[:, t] - before[:, t]).abs().min() > 1e-6


def test_mask_off_by_one_would_be_seen() -> None:
    """The pitfall: with a mask that lets one more token through, the network reads the answer off its input."""

    class Leaking(GPT):
        def forward(self, x: Tensor) -> Tensor:
            ahead = torch.cat([x[:, 1:], x[:, -1:]], dim=1)
            return super().forward(x) + 20 * torch.nn.functional.one_hot(ahead, 11)

    tokens = torch.randint(11, (2, 13))
    batch = Tokens(tokens[:, :-1], tokens[:, 1:])
    honest = next_token(small(), batch).value
    leaking = next_token(Leaking(11, context=12, width=16, layers=1, heads=1), batch).value
    assert abs(honest - math.log(11)) < 0.2
    assert leaking < 0.5 * math.log(11)


def test_loss_at_initialisation_is_that_of_guessing() -> None:
    network = GPT(100, context=32, width=128, layers=4, heads=4)
    tokens = torch.randint(100, (8, 33))
    loss = next_token(network, Tokens(tokens[:, :-1], tokens[:, 1:])).value
    assert abs(loss - math.log(100)) < 0.05 * math.log(100)


def test_positions_without_answer_do_not_count() -> None:
    network = small()
    x = torch.randint(11, (2, 12))
    y = x.clone()
    y[0, 5:] = IGNORED
    loss = next_token(network, Tokens(x, y))
    log_p = network(x).log_softmax(-1).gather(2, x.unsqueeze(2))[:, :, 0]
    assert int(loss.n) == 5 + 12
    torch.testing.assert_close(loss.value, -(log_p[0, :5].sum() + log_p[1].sum()) / 17)


def test_one_table_embeds_and_scores() -> None:
    network = small()
    names = [name for name, _ in network.named_parameters()]
    assert len(names) == len(set(names))
    assert sum(tensor.shape[0] == 11 for tensor in network.state_dict().values()) == 1
    network(torch.zeros(1, 1, dtype=torch.int64))[0, 0, 7].backward()
    assert network.token.weight.grad is not None
    assert network.token.weight.grad[7].any()


def test_what_is_added_to_the_straight_path_starts_smaller() -> None:
    network = GPT(10, context=4, width=256, layers=8, heads=4)
    block = network.stack[0]
    for layer in (block.attention.out, block.feed[-1]):
        assert float(layer.weight.detach().std()) == pytest.approx(0.02 / 4, rel=0.02)
    assert float(block.feed[0].weight.detach().std()) == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize("pieces", [[1] * 10, [4, 1, 3, 2], [10]])
def test_reading_in_pieces_equals_reading_at_once(pieces: list[int]) -> None:
    network = small().eval()
    x = torch.randint(11, (3, 10))
    read, at = network.reader(3), 0
    for piece in pieces:
        logits = read(x[:, at : at + piece])
        at += piece
        torch.testing.assert_close(logits, network(x[:, :at])[:, -1], atol=1e-5, rtol=0)


def test_cached_writing_equals_recomputed_writing() -> None:
    """Token by token the most probable one; beyond the context the newer half is read again."""
    network = small().eval()
    prompt = torch.randint(11, (2, 3))
    written = write(network, prompt, length=30, choice=Choice(temperature=0.0), generator=torch.Generator())
    tokens, seen = prompt, prompt
    for _ in range(30):
        seen = seen if seen.shape[1] <= 12 else seen[:, -7:]
        next_one = network(seen)[:, -1].argmax(dim=1, keepdim=True)
        tokens, seen = torch.cat([tokens, next_one], 1), torch.cat([seen, next_one], 1)
    assert torch.equal(written, tokens[:, 3:])


def test_more_tokens_than_positions_are_refused() -> None:
    with pytest.raises(ValueError, match="13 tokens are more than the 12"):
        small()(torch.zeros(1, 13, dtype=torch.int64))


def test_dropout_in_evaluation_would_change_the_score() -> None:
    """The pitfall: the same text has another loss each time, and a worse one."""
    network, tokens = small(dropout=0.5), torch.randint(11, (64, 13))
    batch = Tokens(tokens[:, :-1], tokens[:, 1:])
    with torch.no_grad():
        network.token.weight.mul_(20)
    noisy = {float(next_token(network, batch).value.detach()) for _ in range(3)}
    network.eval()
    quiet = {float(next_token(network, batch).value.detach()) for _ in range(3)}
    assert len(noisy) == 3
    assert len(quiet) == 1


def test_equals_transformers_on_its_weights() -> None:
    transformers = importlib.import_module("transformers")
    config = transformers.GPT2Config(
        vocab_size=50, n_positions=16, n_embd=32, n_layer=3, n_head=4, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0
    )
    theirs = transformers.GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    ours = from_gpt2(theirs.state_dict(), heads=4).eval()
    x = torch.randint(50, (2, 16))
    with torch.no_grad():
        wanted, got = theirs(x).logits, ours(x)
    assert float((wanted - got).abs().max()) < 1e-5 * float(wanted.abs().max())


def test_attention_of_each_position_sums_to_one_over_the_past() -> None:
    looks = small().looks(torch.randint(11, (2, 6)))
    assert looks.shape == (2, 3, 2, 6, 6)
    torch.testing.assert_close(looks.sum(-1), torch.ones(2, 3, 2, 6))
    assert not looks.triu(1).any()
