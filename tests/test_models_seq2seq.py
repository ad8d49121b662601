import torch
from torch import nn

from etude.data.tokenizers import PAD, START
from etude.evaluation.decoding import greedy
from etude.layers.attention import Alignment
from etude.models.seq2seq import Seq2Seq, Size
from etude.objectives.teaching import Teaching
from etude.records import Pairs

SMALL = Size(embedding=6, hidden=10, dropout=0.0)


def test_alignment_is_equation_6() -> None:
    layer = Alignment(4)
    s, h, visible = torch.randn(2, 4), torch.randn(2, 3, 8), torch.tensor([[True, True, True], [True, False, False]])
    alpha = layer(s, layer.key(h), visible)
    for row, length in ((0, 3), (1, 1)):
        e = torch.stack(
            [
                layer.score.weight[0]
                @ torch.tanh(layer.query.weight @ s[row] + layer.key.weight @ h[row, j] + layer.key.bias)
                for j in range(length)
            ]
        )
        torch.testing.assert_close(alpha[row, :length], e.exp() / e.exp().sum())
    assert alpha[1, 1:].eq(0).all()


def test_reader_annotates_with_both_directions_and_begins_with_the_backward_one() -> None:
    network = Seq2Seq(9, 8, SMALL).eval()
    x = torch.tensor([[4, 5, 6, PAD], [7, 8, PAD, PAD]])
    _, h, _, s = network.read(x)
    for row, length in ((0, 3), (1, 2)):  # each text alone, without padding
        alone, last = network.reader(network.reading(x[row : row + 1, :length]))
        torch.testing.assert_close(h[row, :length], alone[0])
        assert h[row, length:].eq(0).all()
        torch.testing.assert_close(s[row], torch.tanh(network.first(last[1, 0])))
        torch.testing.assert_close(last[1, 0], alone[0, 0, 10:])  # the backward direction ends at the first token


def test_writer_is_the_cell_of_torch_over_token_and_context() -> None:
    network = Seq2Seq(9, 8, SMALL).eval()
    x = torch.tensor([[4, 5, 6]])
    visible, h, keys, s = network.read(x)
    token = network.writing(torch.tensor([START]))
    following, context, weights, _ = network.step(token, (visible, h, keys, s))
    torch.testing.assert_close(context[0], weights[0] @ h[0])
    torch.testing.assert_close(following, network.writer(torch.cat([token, context], dim=1), s))


def test_without_the_source_mask_padding_changes_what_is_written() -> None:
    network = Seq2Seq(9, 8, SMALL).eval()
    nn.init.normal_(network.alignment.score.weight, std=3.0)
    x, longer = torch.tensor([[4, 5, 6]]), torch.tensor([[4, 5, 6, PAD, PAD, PAD]])
    y = torch.tensor([[START, 5]])
    torch.testing.assert_close(network(longer, y), network(x, y))
    visible, h, keys, s = network.read(longer)
    everywhere = (torch.ones_like(visible), h, keys, s)
    masked, _ = network.write(y[:, 0], (visible, h, keys, s))
    unmasked, _ = network.write(y[:, 0], everywhere)
    assert (masked - unmasked).abs().max() > 0.01


def test_what_is_told_in_training_is_not_what_is_written_in_the_test() -> None:
    """The loss is told the wanted text, so it can be low where the network's own writing goes wrong at once."""
    network = Seq2Seq(9, 9, SMALL).train()
    descent = torch.optim.Adam(network.parameters(), 1e-2)
    teach = Teaching()
    for _ in range(150):  # every text goes round 4 5 6 4 5 6 ... from a random place; the source says nothing
        first = torch.randint(3, (32, 1))
        body = (first + torch.arange(6)) % 3 + 4
        batch = Pairs(torch.full((32, 1), 4), torch.cat([torch.full((32, 1), START), body], dim=1))
        descent.zero_grad()
        teach(network, batch).value.backward()
        descent.step()
    network.eval()
    wanted = (torch.arange(3)[:, None] + torch.arange(6)) % 3 + 4
    told = torch.cat([torch.full((3, 1), START), wanted], dim=1)
    answers = network(torch.full((3, 1), 4), told[:, :-1]).argmax(2)
    own = greedy(network, torch.full((3, 1), 4), length=6)
    assert (answers == wanted).float().mean() > 0.85  # all but the first token
    assert (own[:, :6] == wanted).float().mean() < 0.5  # the first is chance, and all others follow it
