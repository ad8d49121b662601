"""Commands that are refused, row by row of the catalogue in the design (reliability 5.4).

Not here: rows 91 to 93 (tests/test_objectives_contract.py), 94 and 95 (there are no files of settings but recipe.json:
tests/test_recipes.py), 99 (no workers), 100 beyond these (tests/test_training_store.py), 103 (no sweeps). Row 102: the
port is not offered but named, and `--port 0` takes a free one.
"""

from tests.catalogue.row import Command

LONG = "x" * 5000
PEOPLE = ("train", "tabular", "--data", "people.csv")

REFUSED = [
    Command(85, ("trian",), 2, "E-VERB", "no verb 'trian'; did you mean 'train'"),
    Command(
        85, ("train", "lenet", "--bathc-size", "3"), 2, "E-FLAG", "there is no option --bathc-size, 3; did you mean"
    ),
    Command(85, ("resume", "a", "b"), 2, "E-FLAG", "there is no option b. `etude resume --help` shows all flags."),
    Command(86, ("train", "lennet"), 2, "E-RECIPE", "no recipe 'lennet'; did you mean 'lenet'"),
    Command(
        87, ("train", "lenet", "--batch", "0"), 2, "E-CFG-RANGE", "--batch 0: input should be greater than or equal"
    ),
    Command(87, ("train", "lenet", "--batch", "-1"), 2, "E-CFG-RANGE", "--batch -1: input should be greater"),
    Command(87, ("train", "lenet", "--batch", "1000000001"), 2, "E-CFG-RANGE", "less than or equal to 1000000000"),
    Command(87, ("train", "lenet", "--batch", "2.5"), 2, "E-FLAG", "--batch '2.5': a whole number is wanted."),
    Command(87, ("train", "lenet", "--batch", "big"), 2, "E-FLAG", "--batch 'big': a whole number is wanted."),
    Command(87, ("train", "lenet", "--batch"), 2, "E-FLAG", "--batch wants a value."),
    *(
        Command(88, ("train", "lenet", "--rate", rate), 2, "E-CFG-RANGE", "--rate ")
        for rate in ("0", "-1", "nan", "inf")
    ),
    Command(88, ("train", "lenet", "--rate", "1e10"), 2, "E-CFG-RANGE", "less than or equal to 1000."),
    Command(88, ("train", "lenet", "--rate", "fast"), 2, "E-FLAG", "--rate 'fast': a number is wanted."),
    Command(89, ("train", "lenet", "--epochs", "0"), 2, "E-CFG-RANGE", "--epochs 0:"),
    Command(89, (*PEOPLE, "--split", "0.7", "0.2", "0.2"), 2, "E-SPLIT", "--split 0.7 0.2 0.2: the parts"),
    Command(89, ("train", "cnn", "--dropout", "1"), 2, "E-CFG-RANGE", "--dropout 1.0: input should be less than 1."),
    Command(89, (*PEOPLE, "--weight-decay", "nan"), 2, "E-CFG-RANGE", "--weight-decay nan:"),
    Command(90, ("train", "lenet", "--seed", str(2**64)), 2, "E-CFG-RANGE", f"less than or equal to {2**63 - 1}."),
    Command(90, ("train", "lenet", "--seed", "-1"), 2, "E-CFG-RANGE", "--seed -1:"),
    Command(90, ("train", "lenet", "--seed", "abc"), 2, "E-FLAG", "--seed 'abc': a whole number is wanted."),
    Command(89, ("train", "lenet", "--task", "fly"), 2, "E-FLAG", "--task 'fly': wanted is one of 'auto',"),
    Command(96, ("train", "tabular", "--data", ""), 2, "E-DATA-NAME", "--data is empty"),
    Command(96, ("train", "tabular", "--data", "-"), 3, "E-DATA-NAME", "no data set '-'."),
    Command(96, ("train", "tabular", "--data", "people.csv "), 3, "E-DATA-PATH", "no file or folder people.csv ."),
    Command(96, ("train", "tabular", "--data", "a\0b"), 3, "E-DATA-NAME", "no data set 'a\\x00b'"),
    Command(96, ("train", "tabular", "--data", "%USERPROFILE%"), 3, "E-DATA-NAME", "no data set '%USERPROFILE%'"),
    Command(96, ("train", "tabular", "--data", LONG), 5, "E-FILE", "xxx...': File name too long"),
    Command(96, ("train", "gpt", "--data", LONG), 5, "E-FILE", "xxx...': File name too long"),
    Command(96, ("evaluate", LONG), 5, "E-FILE", "xxx...': File name too long"),
    Command(97, (*PEOPLE, "--out", "people.csv"), 5, "E-FILE", "'people.csv': File exists"),
    Command(97, (*PEOPLE, "--out", "/proc/nowhere"), 5, "E-FILE", "'/proc/nowhere': No such file or directory"),
    Command(
        98, ("train", "lenet", "--device", "gpu"), 2, "E-CFG-DEVICE", "no kind of device is called 'gpu'; here: cpu"
    ),
    Command(98, ("train", "lenet", "--device", "cuda:77"), 5, "E-DEVICE", "no cuda:77 device here; devices: cpu"),
    Command(100, ("resume", "people.csv"), 4, "E-RUN-NAME", "no run folder 'people.csv'"),
    Command(100, ("resume", ""), 4, "E-RUN-NAME", "no run folder ''"),
    Command(101, (*PEOPLE, "--minutes", "1", "--steps", "3"), 2, "E-CFG-BOTH", "--minutes and --steps both say"),
    Command(102, ("playground", "--port", "70000"), 2, "E-PORT", "--port 70000: bind(): port must be 0-65535"),
    Command(102, ("playground", "--port", "-1"), 2, "E-PORT", "--port -1:"),
    Command(104, (*PEOPLE, "--name", "$(touch pwned)"), 2, "E-RUN-NAME", "--name '$(touch pwned)': at most"),
    Command(104, (*PEOPLE, "--name", "x\x1b[31m"), 2, "E-RUN-NAME", r"--name 'x\x1b[31m'"),
    Command(104, (*PEOPLE, "--name", ".."), 2, "E-RUN-NAME", "--name '..'"),
    Command(104, (*PEOPLE, "--name", LONG), 2, "E-RUN-NAME", "at most 200 letters"),
]
