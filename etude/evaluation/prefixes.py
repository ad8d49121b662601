"""How an answer for a text grows word by word."""

from jaxtyping import Int
from torch import Tensor, nn

from etude.figures import Matrix
from etude.schema import Classes, Text

PAD = 0
SHOWN = 40
"""words of a text that can still be read under a figure"""


def answers_so_far(network: nn.Module, x: Int[Tensor, " time"], text: Text, classes: Classes) -> Matrix:
    """The probabilities of the classes if the text ended here, word by word."""
    kept = x[: max(1, min(SHOWN, int((x != PAD).sum())))]
    beginnings = kept.expand(len(kept), -1).tril()  # (prefix, time): PAD is 0
    p = network(beginnings).softmax(dim=1).T.cpu()
    words = tuple(text.vocabulary[each] for each in kept.tolist())
    return Matrix("What it says if the text ends here", p, classes.names, words, classes.name, "word")
