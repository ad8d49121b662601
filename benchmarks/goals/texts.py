"""Recipes that answer for texts, or for the words of texts."""

from benchmarks.goals.goal import Goal

KIMS_SHARES = {"split": (0.81, 0.09, 0.1)}
"""tenths for the test, and a tenth of the rest to choose the checkpoint: the parts of Kim 2014"""

GOALS = (
    # 91.2 % with random vectors (Kim 2014, table 2)
    Goal("textcnn", "trec", "accuracy", at_least=0.90, headline=True),
    # 76.1 % with random vectors, over ten folds (Kim 2014, table 2)
    Goal("textcnn", "mr", "accuracy", at_least=0.76, settings=KIMS_SHARES),
    # 75.1 % with random vectors (Yao, Mao and Luo 2019, arXiv:1809.05679, table 2)
    Goal("sentiment", "mr", "accuracy", at_least=0.75, settings=KIMS_SHARES, headline=True),
)
