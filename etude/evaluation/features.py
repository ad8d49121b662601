"""A small network's view of pictures: the space in which samples are compared, and the judge that names them."""

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from etude.chance import seed_global
from etude.data.batches import in_order, shuffled
from etude.evaluation.predictor import evaluating
from etude.layers.inputs import PictureInput
from etude.learners.base import GradientLearner
from etude.models.lenet import LeNet
from etude.objectives.classification import cross_entropy
from etude.optim import Optimizer, adamw
from etude.records import Inputs, Labelled
from etude.schedules import one_cycle
from etude.schema import Pictures

UPDATES = 500
BATCH = 128
SEED = 0
"""of the judge itself, whatever the seed of the run: all runs on the same data have the same judge"""
LOOK = 1000
"""pictures that are looked at once"""


class FeatureNetwork(nn.Module):
    """LeNet-5 on pictures of any size; its features are the 84 units before the classes, standardised.

    The usual judge is Inception, which has seen a million photographs; for small grey pictures a network of the same
    kind as the data tells more, and none need be fetched. Numbers are comparable only between runs on the same data.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, pictures: Pictures, classes: int) -> None:
        super().__init__()
        self.standardise = PictureInput(pictures)
        self.lenet = LeNet(pictures.channels, classes)
        self.register_buffer("mean", torch.zeros(84))
        self.register_buffer("deviation", torch.ones(84))

    def penultimate(self, x: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch 84"]:
        """What the last layer sees."""
        square = F.interpolate(self.standardise(x), size=(28, 28), mode="bilinear", antialias=True)
        features: Tensor = self.lenet.classify[:-1](self.lenet.features(square))
        return features

    def forward(self, x: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch class"]:
        logits: Tensor = self.lenet.classify[-1](self.penultimate(x))
        return logits

    def features(self, x: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch 84"]:
        """Standardised by the training part."""
        with evaluating(self):
            seen = torch.cat([self.penultimate(each.x) for each in in_order(Inputs(x), LOOK)])
        return (seen - self.mean) / self.deviation

    def names(self, x: Shaped[Tensor, "batch channel height width"]) -> Int[Tensor, " batch"]:
        """The class that each picture is taken for."""
        with evaluating(self):
            return torch.cat([self(each.x).argmax(dim=1) for each in in_order(Inputs(x), LOOK)])


def trained_features(train: Labelled, pictures: Pictures, classes: int) -> FeatureNetwork:
    """The judge, trained on the training part; always the same, and nobody's chance is touched."""
    with torch.random.fork_rng(devices=[]), torch.enable_grad():  # whoever judges may have switched gradients off
        seed_global(SEED, "features")
        network = FeatureNetwork(pictures, classes)
        optimizer = Optimizer(adamw(network.parameters(), rate=4e-3), schedule=one_cycle(UPDATES))
        learner = GradientLearner(network, cross_entropy, optimizer)
        batches = shuffled(train, BATCH, seed=SEED)
        for _ in range(UPDATES):
            learner.update(next(batches))
    features = network.features(train.x[:10_000])
    network.mean.copy_(features.mean(dim=0))
    network.deviation.copy_(features.std(dim=0))
    network.deviation[network.deviation < 1e-6] = 1.0  # a unit that never fires
    return network
