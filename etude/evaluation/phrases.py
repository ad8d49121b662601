"""Which phrases speak for an answer of a convolutional network on sentences."""

from jaxtyping import Int
from torch import Tensor

from etude.figures import Text as Words
from etude.models.textcnn import PAD, TextCNN
from etude.schema import Classes, Text

SHOWN = 8
"""phrases of a text"""


def phrases(network: TextCNN, x: Int[Tensor, " time"], text: Text, classes: Classes) -> Words:
    """The phrases whose hits speak most for the most probable class.

    The logit of a class is a sum over the filters, w_f c_f + b, and c_f comes from the one place where the filter
    answered most: so the logit falls into phrases without rest (Kim 2014, eq. 3 and 4). What a phrase says for a class
    is counted against the mean over all classes, as adding the same to every logit changes no probability.
    """
    kept = x[: max(1, int((x != PAD).sum()))]
    logits = network(kept[None])[0]
    answer = int(logits.argmax())
    weight = network.answer.weight[answer] - network.answer.weight.mean(dim=0)  # (filters of all sizes)
    said: dict[tuple[int, int], float] = {}
    pieces = weight.chunk(len(network.sizes))
    for size, answers, part in zip(network.sizes, network.answers(kept[None]), pieces, strict=True):
        hit, place = answers[0].max(dim=1)
        for begin, amount in zip(place.tolist(), (part * hit).tolist(), strict=True):
            said[begin, size] = said.get((begin, size), 0.0) + amount
    words = [text.vocabulary[each] for each in kept.tolist()]
    best = sorted(said, key=lambda each: -said[each])[:SHOWN]
    lines = [f"{said[begin, size]:+.2f}  {' '.join(words[begin : begin + size])}" for begin, size in best]
    share = float(logits.softmax(dim=0)[answer])
    return Words(f"What speaks for {classes.names[answer]} ({share:.0%})", "\n".join(lines))
