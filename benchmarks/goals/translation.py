"""Recipes that write a text for a text, and word vectors."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("transformer", "reversal", "exact_match", at_least=0.999, headline=True),
    # 36.5 BLEU after 10 epochs (bentrevett/pytorch-seq2seq); these are 3, so that three seeds take half an hour
    Goal("transformer", "multi30k-de-en", "bleu", at_least=25, settings={"epochs": 3}),
    Goal("seq2seq", "addition", "exact_match", at_least=0.99, headline=True),
    # 28.3 BLEU after 10 epochs with four times the units (bentrevett/pytorch-seq2seq)
    Goal("seq2seq", "multi30k-de-en", "bleu", at_least=18, settings={"epochs": 4}),
    # gensim 4.4 on the same words in 5 passes: similarity 0.317, analogies 8.2 %; counting alone 0.325 and 10.8 %
    Goal("word2vec", "wikipedia-novels", "similarity", at_least=0.325, settings={"epochs": 3}, headline=True),
)
