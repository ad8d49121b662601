"""Recipes that give each word a tag, or guess hidden words."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("crf", "code-roles", "f1", at_least=0.97, headline=True),
    # UDPipe 2 and Stanza reach 0.95 to 0.965 with vectors that were trained on far more text
    Goal("crf", "ewt-pos", "accuracy", at_least=0.93),
    # two-way LSTM with CRF and vectors trained on medical text: 0.84 to 0.86; these start at random
    Goal("crf", "ncbi-disease", "f1", at_least=0.75),
    # the same 200 labels without guessing words first, and with it; a linear model on words reaches about 0.6
    Goal(
        *("bert", "trec", "accuracy"),
        at_least=0.5,
        settings={"labels": 200, "pretraining": 0},
        label="200-labels-scratch",
    ),
    Goal(
        *("bert", "trec", "accuracy"),
        at_least=0.64,
        settings={"labels": 200, "pretraining": 30},
        label="200-labels",
        headline=True,
    ),
)
