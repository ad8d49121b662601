import pytest
import torch
from torch import Tensor, nn

from etude.data.tokenizers import END, PAD, START
from etude.models.transformer import LONGEST, Size, Transformer
from etude.objectives.teaching import Teaching
from etude.records import Pairs

SMALL = Size(16, heads=2, layers=2, hidden=12, dropout=0.0)


def twins() -> tuple[Transformer, nn.Transformer]:
    """Our network, and torch's with the same weights in its blocks."""
    ours = Transformer(9, 8, SMALL).eval()
    theirs = nn.Transformer(16, 2, 2, 2, dim_feedforward=12, dropout=0.0, batch_first=True).eval()
    theirs.encoder.norm = theirs.decoder.norm = None  # figure 1 has no norm after the last block
    for mine, other in zip(
        [*ours.encoder, *ours.decoder], [*theirs.encoder.layers, *theirs.decoder.layers], strict=True
    ):
        attentions = [(other.self_attn, mine.attention)]
        if hasattr(mine, "cross"):
            attentions.append((other.multihead_attn, mine.cross))
        for their, our in attentions:
            their.in_proj_weight.data.copy_(our.project.weight.data)
            their.in_proj_bias.data.copy_(our.project.bias.data)
            their.out_proj.load_state_dict(our.out.state_dict())
        other.linear1.load_state_dict(mine.feed[0].state_dict())
        other.linear2.load_state_dict(mine.feed[2].state_dict())
    return ours, theirs


def test_transformer_equals_that_of_torch() -> None:
    ours, theirs = twins()
    x, y = torch.tensor([[4, 5, 6, 8], [7, 4, PAD, PAD]]), torch.tensor([[START, 5, 6], [START, 7, 4]])
    embedded = [
        table(ids) * 16**0.5 + ours.position[: ids.shape[1]] for table, ids in ((ours.reading, x), (ours.writing, y))
    ]
    future = torch.ones(3, 3, dtype=torch.bool).triu(1)
    hidden = theirs(*embedded, tgt_mask=future, src_key_padding_mask=x == PAD, memory_key_padding_mask=x == PAD)
    torch.testing.assert_close(ours(x, y), hidden @ ours.writing.weight.T, atol=1e-5, rtol=0)


def test_parameters_are_those_of_the_papers_figure() -> None:
    width, hidden = 16, 12
    attention, norm = 4 * (width * width + width), 2 * width
    feed = width * hidden + hidden + hidden * width + width
    encoder, decoder = attention + feed + 2 * norm, 2 * attention + feed + 3 * norm
    network = Transformer(9, 8, SMALL)
    assert sum(each.numel() for each in network.parameters()) == 2 * (encoder + decoder) + (9 + 8) * width


def test_embeddings_and_positions_are_of_one_size() -> None:
    network = Transformer(1000, 1000, Size(64, heads=2, layers=1, hidden=8, dropout=0.0)).eval()
    sums = network.embedded(network.reading, torch.arange(4, 500)[None])
    assert 0.5 < float(network.reading.weight[4:].detach().std() * 8) < 2  # beside sinusoids of size 0.7
    assert float(sums.detach().var()) == pytest.approx(1.5, rel=0.1)


def test_longest_text_is_refused() -> None:
    with pytest.raises(ValueError, match="positions"):
        Transformer(9, 8, SMALL).encoded(torch.full((1, LONGEST + 1), 4))


def test_padding_of_the_target_changes_no_loss() -> None:
    network = Transformer(9, 8, SMALL).eval()
    x = torch.tensor([[4, 5, 6]])
    short = Teaching(0.1)(network, Pairs(x, torch.tensor([[START, 5, END]])))
    long = Teaching(0.1)(network, Pairs(x, torch.tensor([[START, 5, END, PAD, PAD]])))
    torch.testing.assert_close(short.value, long.value)
    assert int(short.n) == int(long.n) == 2


def test_smoothed_loss_is_the_mixture_with_the_even_guess() -> None:
    network = Transformer(9, 8, SMALL).eval()
    batch = Pairs(torch.tensor([[4, 5, 6]]), torch.tensor([[START, 5, END]]))
    log_p = network(batch.x, batch.y[:, :-1]).log_softmax(2)
    even = -log_p.mean()
    torch.testing.assert_close(Teaching(0.1)(network, batch).value, 0.9 * Teaching()(network, batch).value + 0.1 * even)


def learnt(*, shift: int) -> Tensor:
    """Losses of learning to copy when the wanted token stands `shift` positions after the told one."""
    torch.manual_seed(0)
    network = Transformer(9, 9, Size(16, heads=2, layers=1, hidden=12, dropout=0.0))
    descent = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(40):
        text = torch.randint(4, 9, (32, 5))
        told = torch.cat([torch.full((32, 1), START), text], dim=1)
        logits = network(torch.full((32, 1), 4), told[:, : 6 - shift] if shift else told)  # the source says nothing
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), told[:, shift:].flatten())
        descent.zero_grad()
        loss.backward()
        descent.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def test_off_by_one_looks_like_success() -> None:
    """Wanting the token that was just told is learnt at once, and worth nothing; the next one is chance here."""
    assert learnt(shift=0)[-1] < 0.5
    assert learnt(shift=1)[-1] > 1.4  # ln 5 = 1.61 for five equally likely tokens
