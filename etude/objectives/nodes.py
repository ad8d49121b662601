"""What the networks of graphs minimise."""

from torch import nn
from torch.nn import functional as F

from etude.records import Graph
from etude.types import Loss


def node_cross_entropy(model: nn.Module, batch: Graph) -> Loss:
    """Mean cross-entropy in nats over the nodes of the batch; all other nodes are seen, without their answers.

    Kipf and Welling 2017 (arXiv:1609.02907), eq. 10, as a mean where theirs is a sum.
    """
    logits = model(batch.x, batch.x_turned, batch.a_hat)
    return Loss(F.cross_entropy(logits[batch.rows], batch.y), len(batch))
