"""The pieces that programs of lessons are put together from: text, not code of ours."""

SAME = "The losses are those of the page, bit for bit, as long as nothing is changed by hand there."
NEARLY = """The losses are those of the page to 1e-9, as long as nothing is changed by hand there: the page adds in the
order of TensorFlow Playground, and torch in one of its own. Where learning is chaotic, they part sooner or later."""
MODULES = {
    "identity": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky-relu": "nn.LeakyReLU(0.01)",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "softplus": "nn.Softplus()",
    "sine": "Sine()",
}
LOSSES = {
    "mse": "F.mse_loss(answer, y) / 2",
    "mae": "F.l1_loss(answer, y)",
    "huber": "F.huber_loss(answer, y)",
    "bce": "F.binary_cross_entropy_with_logits(answer, y)",
    "ce": "F.cross_entropy(answer, y)",
    "hinge": "F.relu(1 - (2 * y - 1) * answer).mean()",
    "perceptron": "F.relu((1 - 2 * y) * answer).mean()",
}
HINGE = """own = answer.gather(1, y.unsqueeze(1))
    others = answer.scatter(1, y.unsqueeze(1), -torch.inf).amax(1)
    return F.relu(1 + others - own.squeeze(1)).mean()"""
OPTIMIZERS = {
    "sgd": "SGD(network.parameters(), lr=RATE, weight_decay={decay}, fused=True)",
    "momentum": "SGD(network.parameters(), lr=RATE, momentum=0.9, weight_decay={decay}, fused=True)",
    "nesterov": "SGD(network.parameters(), lr=RATE, momentum=0.9, nesterov=True, weight_decay={decay}, fused=True)",
    "adagrad": "Adagrad(network.parameters(), lr=RATE, weight_decay={decay}, fused=True)",
    "rmsprop": "RMSprop(network.parameters(), lr=RATE, weight_decay={decay}, foreach=True)",
    "adam": "Adam(network.parameters(), lr=RATE, weight_decay={decay}, fused=True)",
    "adamw": """AdamW(
    [
        {{"params": [each for each in network.parameters() if each.ndim == 2], "weight_decay": {decay}}},
        {{"params": [each for each in network.parameters() if each.ndim == 1], "weight_decay": 0.0}},
    ],
    lr=RATE,
    fused=True,
)""",
}
SCHEDULES = {
    "constant": "",
    "step": "0.1 ** (step // {third})",
    "cosine": "(1 + math.cos(math.pi * (step / {steps}))) / 2",
    "warm-up": "min(1.0, (step + 1) / {warm}) * ((1 + math.cos(math.pi * (step / {steps}))) / 2)",
}
FACTOR = '''

def factor(step):
    """Of the learning rate in an update; it stays where the schedule ends."""
    step = min(step, {last})
    return {factor}
'''
PENALTIES = {
    "L1": "{strength} * torch.stack([w.abs().sum() for w in weights]).sum()",
    "L2": "0.5 * {strength} * torch.stack([w.square().sum() for w in weights]).sum()",
}
PRICE = '''

def price_of(network):
    """Of large weights; biases go free."""
    weights = [each for each in network.parameters() if each.ndim == 2]
    return {price}
'''
SINE = '''

class Sine(nn.Module):
    """sin x."""

    def forward(self, x):
        return x.sin()
'''
DROPOUT = '''

class Dropout(nn.Module):
    """Silences units in training, and scales the others so that the mean stays."""

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.empty_like(x).bernoulli_(1 - {p}, generator=chance)
        return x * kept / (1 - {p})


chance = torch.Generator()  # every update has a seed of its own, so that any of them can be repeated


def seed_of(step):
    digest = hashlib.blake2b(f"{seed}/dropout/{{step}}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
'''
PULLED = {
    "L1": """
        for w, pull, lives in zip(weights, pulls, alive):  # a weight that would cross 0 stays there
            w.data *= lives
            lives &= w.data * (w.data - pull) >= 0
            w.data = torch.where(lives, w.data - pull, 0.0)""",
    "L2": """
        for w, pull in zip(weights, pulls):
            w.data -= pull""",
}
BATCHES = '''

def batches(n):
    """Rows of the points of each update, in one order for ever; what an epoch leaves over begins the next one."""
    rows = [torch.arange(start, start + BATCH) for start in range(0, n - BATCH + 1, BATCH)]
    yield from rows
    rows[0] = torch.cat([torch.arange(len(rows) * BATCH, n), rows[0]])
    while True:
        yield from rows
'''
READ = '''

def points(text):
    """Features and labels of the lines."""
    numbers = torch.tensor([[float(each) for each in line.split()] for line in text.split("\\n") if line])
    return numbers[:, :-1], numbers[:, -1]{answers}
'''
REPORT = '''

@torch.no_grad()
def report(epoch, network, train, test):
    """Print the losses of now."""
    network.eval()
    print(epoch, loss_of(network, *train).item(), loss_of(network, *test).item() if test else "nan")
    network.train()
'''
LOSS = '''

def loss_of(network, x, y):
    """The mean over some points."""
    answer = {answer}
    {body}
'''
AUTOGRAD = '''

def main():
    """Learn, and print epoch, training loss and test loss."""
    (x, y), test = points(TRAIN), {test}
    network = first_network()
    optimizer = torch.optim.{optimizer}
    rows, step = batches(len(x)), 0
    report(0, network, (x, y), test)
    for epoch in range(1, {end}):
        for _ in range(len(x) // BATCH):{seeded}
            row = next(rows)
            loss = loss_of(network, x[row], y[row]){penalty}
            optimizer.zero_grad()
            loss.backward(){scheduled}
            optimizer.step()
            step += 1
        report(epoch, network, (x, y), test)
'''
SCHEDULED = """
            for group in optimizer.param_groups:
                group["lr"] = RATE * factor(step)"""
BROWSERS = '''

def main():
    """Learn by plain gradient descent, and print epoch, training loss and test loss."""
    (x, y), test = points(TRAIN), {test}
    network = first_network(){weights}{alive}
    rows = batches(len(x))
    report(0, network, (x, y), test)
    for epoch in range(1, {end}):
        for _ in range(len(x) // BATCH):
            row = next(rows)
            network.zero_grad()
            loss_of(network, x[row], y[row]).backward(){before}
            for each in network.parameters():
                each.data -= RATE * each.grad{after}
        report(epoch, network, (x, y), test)
'''
