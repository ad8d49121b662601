"""Errors as they are made: a sign, a factor, an axis, a place beside the right one, a term without derivative."""

BUGS = {
    "etude/layers/activations.py": {
        "torch.exp(-x.clamp(min=-LEAST_EXPONENT))": "torch.exp(x.clamp(max=LEAST_EXPONENT))",
        "torch.expm1(2 * x.clamp(": "torch.expm1(x.clamp(",
        "alpha * torch.expm1(x.clamp(max=0))": "alpha * torch.exp(x.clamp(max=0))",
        "power / power.sum(-1, keepdim=True)": "power / power.sum(0, keepdim=True)",
        "x.unflatten(-1, (-1, pieces))": "x.unflatten(-1, (pieces, -1)).transpose(-1, -2)",
    },
    "etude/layers/attention.py": {
        "/ math.sqrt(query.shape[-1])": "/ query.shape[-1]",
        ".tril(keys - queries)": ".tril(keys - queries + 1)",
        ".softmax(-1) * mask": ".softmax(-1)",
    },
    "etude/layers/crf.py": {
        " + self.beginning[y[:, 0]] + self.end[last]": " + self.end[last]",
        "self.transitions[y[:, :-1], y[:, 1:]]": "self.transitions[y[:, 1:], y[:, :-1]]",
        "alpha[:, :, None] + self.transitions)": "alpha[:, :, None] + self.transitions.detach())",
    },
    "etude/layers/dropout.py": {
        "x * kept / (1 - self.probability)": "x * kept",
    },
    "etude/layers/graph.py": {
        ".double().rsqrt()": ".double().reciprocal()",
        "ctx.transposed @ gradients[0]": "-ctx.transposed @ gradients[0]",
        "math.sqrt(6 / (inputs + outputs))": "math.sqrt(6 / inputs)",
    },
    "etude/layers/initialise.py": {
        "6 / (fan_in(weight) + fan_out(weight))": "3 / (fan_in(weight) + fan_out(weight))",
        "math.sqrt(2 / fan_in(weight))": "math.sqrt(1 / fan_in(weight))",
        "q * r.diagonal().sign()": "q * 1",
    },
    "etude/layers/noise.py": {
        "(1 - kept).sqrt() * epsilon": "(1 - kept) * epsilon",
    },
    "etude/layers/normalisation.py": {
        "x.var(axes, correction=0)": "x.var(axes, correction=1)",
        "variance * count / (count - 1)": "variance",
        "x.var(-1, keepdim=True, correction=0)": "x.var(-1, keepdim=True, correction=0).detach()",
    },
    "etude/layers/ordinal.py": {
        "numbers.cumsum(0)[:-1]": "numbers.cumsum(0)[1:]",
    },
    "etude/layers/periodic.py": {
        "2 * math.pi * x[": "math.pi * x[",
    },
    "etude/layers/recurrent.py": {
        "(1 - z) * n + z * h": "z * n + (1 - z) * h",
        "o.sigmoid() * c.tanh()": "o.sigmoid() * c",
    },
    "etude/layers/transformer.py": {
        "math.log(10_000.0)": "math.log(1_000.0)",
        "y: Tensor = self.norms[1](x + ": "y: Tensor = self.norms[1](",
    },
    "etude/layers/two_way.py": {
        "lengths[:, None] - 1 - place": "lengths[:, None] - place",
    },
    "etude/objectives/classification.py": {
        "1 + others - scores": "others - scores",
        "-torch.expm1(log_p)  #": "-log_p  #",
        "weights[batch.y].sum()": "len(batch)",
    },
    "etude/objectives/contrastive.py": {
        ".roll(len(first))": ".roll(1)",
    },
    "etude/objectives/divergence.py": {
        "+ distance - 1 - ratio": "+ distance - 1 + ratio",
        "torch.expm1(log_variance) - log_variance": "log_variance.exp() - log_variance",
    },
    "etude/objectives/episodes.py": {
        "embedded.mean(dim=1)": "embedded.sum(dim=1)",
    },
    "etude/objectives/masked_words.py": {
        'reduction="sum") / n, n)': 'reduction="sum"), n)',
    },
    "etude/objectives/negative_sampling.py": {
        "F.logsigmoid(-apart)": "F.logsigmoid(apart)",
    },
    "etude/objectives/ordinal.py": {
        "y[:, None] > torch": "y[:, None] >= torch",
    },
    "etude/objectives/penalty.py": {
        "0.5 * self.strength * ": "self.strength * ",
    },
    "etude/objectives/policy.py": {
        "torch.minimum(ratio * gain, clipped * gain)": "torch.maximum(ratio * gain, clipped * gain)",
        "- entropy * spread": "+ entropy * spread",
    },
    "etude/objectives/reconstruction.py": {
        'reduction="none").sum(dim=1)': 'reduction="none").mean(dim=1)',
    },
    "etude/objectives/regression.py": {
        "delta=self.delta": "delta=1.0",
    },
    "etude/objectives/sample_weights.py": {
        "* squares) / n, n)": "* squares) / len(batch), n)",
    },
    "etude/objectives/teaching.py": {
        "following = batch.y[:, 1:]": "following = batch.y[:, :-1]",
    },
    "etude/evaluation/confusion.py": {
        "ratio(2 * right, truths + answers": "ratio(right, truths + answers",
    },
    "etude/evaluation/ranking.py": {
        "- negatives / 2": "- negatives",
    },
    "etude/evaluation/bleu.py": {
        "np.minimum(0.0, 1 - ratio)": "np.minimum(0.0, ratio - 1)",
    },
    "etude/evaluation/spans.py": {
        "kind, first = tag[2:], place": "kind, first = tag[2:], place + 1",
    },
    "etude/evaluation/tally.py": {
        "truth_square - truth**2": "truth_square",
    },
    "etude/evaluation/generation.py": {
        "(len(x) - 1)": "len(x)",
        "second.trace() - 2 * both": "second.trace() - both",
    },
    "etude/evaluation/decoding.py": {
        "((SHIFT + lengths) / (SHIFT + 1))": "((SHIFT + lengths) / SHIFT)",
    },
    "etude/evaluation/intervals.py": {
        "tail = (1 - LEVEL) / 2": "tail = 1 - LEVEL",
    },
    "etude/evaluation/ngrams.py": {
        "(count + kinds * shorter)": "(count + shorter)",
    },
    "etude/models/sampling.py": {
        "masked_fill(before >= share, 0.0)": "masked_fill(ordered < 1 - share, 0.0)",
    },
    "etude/models/rbm.py": {
        "h @ self.weight.T + self.visible_bias": "h @ self.weight.T",
    },
    "etude/models/vae.py": {
        "(0.5 * log_variance).exp()": "log_variance.exp()",
    },
    "etude/data/masking.py": {
        "HIDDEN, EXCHANGED = 0.8, 0.1": "HIDDEN, EXCHANGED = 0.77, 0.1",
    },
    "etude/data/augment.py": {
        "torch.randint(2 * pixels + 1,": "torch.randint(2 * pixels,",
    },
    "etude/data/batches.py": {
        "offsets[drawn] + within.long()": "offsets[drawn]",
    },
    "etude/data/word_corpus.py": {
        "torch.randint(1, reach + 1,": "torch.randint(1, reach,",
    },
    "etude/data/views.py": {
        "2 * torch.rand(n, 2, 1, generator=generator) - 1": "torch.rand(n, 2, 1, generator=generator)",
    },
    "etude/learners/value.py": {
        "* ~batch.terminated": "* 1",
        "* filled).long()": "* (filled - 1)).long()",
    },
    "etude/learners/adversarial.py": {
        "torch.lerp(fake, real, epsilon)": "torch.lerp(fake, real, epsilon.sqrt())",
    },
    "etude/environments/streams.py": {
        "< exploration(number)": "< exploration(number) / 2",
    },
    "etude/muon.py": {
        "lerp_(gradient, 1 - beta)": "lerp_(gradient, beta)",
    },
    "etude/optim.py": {
        'if each.ndim < 2], "weight_decay": 0.0}': 'if each.ndim < 2], "weight_decay": decay}',
    },
    "etude/schedules.py": {
        "min(1.0, (step + 1) / steps)": "min(1.0, step / steps)",
    },
    "etude/layers/span.py": {
        "x / 127.5 - 1 if": "x / 128 - 1 if",
    },
    "etude/layers/units.py": {
        "to(torch.float32) / 255": "to(torch.float32) / 256",
    },
    "etude/objectives/nodes.py": {
        "logits[batch.rows]": "logits[: len(batch)]",
    },
    "etude/evaluation/tagging.py": {
        "ratio(2 * sums[HIT]": "ratio(sums[HIT]",
    },
    "etude/evaluation/partition.py": {
        "log_base + float(centre + ": "float(centre + ",
    },
    "etude/evaluation/ranks.py": {
        '"accuracy": np.arange(len(counts)) == 0': '"accuracy": np.arange(len(counts)) <= 1',
    },
    "etude/models/word2vec.py": {
        " / known.sum(1).clamp(min=1)": "",
    },
    "etude/models/gpt.py": {
        "self.attention(self.norm1(x), causal=True)": "self.attention(self.norm1(x))",
    },
    "etude/models/diffusion.py": {
        "variance = (1 - before) / (1 - here) * (1 - alpha)": "variance = (1 - here) / (1 - before) * (1 - alpha)",
    },
    "etude/models/seq2seq.py": {
        "torch.tanh(self.first(last[1]))": "torch.tanh(self.first(last[0]))",
    },
    "etude/learners/average.py": {
        "own.lerp_(other, 1 - self.decay)": "own.lerp_(other, self.decay)",
    },
    "etude/learners/planning.py": {
        "(world.payoff + discount * value)": "(world.payoff + discount) * value",
    },
    "etude/learners/perceptron.py": {
        "self.score(example) <= 0": "self.score(example) < 0",
    },
    "etude/learners/energy.py": {
        "self.rbm.free_energy(data).mean() - ": "self.rbm.free_energy(data).mean() + ",
    },
}
"""for each file, some code and the error in its place"""
