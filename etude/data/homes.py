"""The files of the catalogue that can be fetched: their homes, sizes in bytes and SHA-256."""

from etude.data.download import RemoteFile

GITHUB = "https://raw.githubusercontent.com"
BROWNLEE = f"{GITHUB}/jbrownlee/Datasets/master"
ADULT = "https://archive.ics.uci.edu/ml/machine-learning-databases/adult"


def _files(homes: tuple[str, ...], *files: tuple[str, int, str]) -> tuple[RemoteFile, ...]:
    """Files (name, size, SHA-256) that lie under their own names in each of the homes."""
    return tuple(
        RemoteFile(name, tuple(f"{home}/{name}" for home in homes), sha256, size) for name, size, sha256 in files
    )


MNIST = _files(
    ("https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"),
    ("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    ("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    ("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    ("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
)
FASHION = _files(
    (f"{GITHUB}/zalandoresearch/fashion-mnist/master/data/fashion",),
    ("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    ("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    ("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    ("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
)
CIFAR10 = _files(
    ("https://www.cs.toronto.edu/~kriz",),
    ("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
)
CENSUS = _files(
    (ADULT,),
    ("adult.data", 3974305, "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"),
    ("adult.test", 2003153, "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05"),
)
CALIFORNIA = _files(
    (f"{GITHUB}/ageron/handson-ml2/master/datasets/housing",),
    ("housing.csv", 1423529, "8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e"),
)
PENGUINS = _files(
    (f"{GITHUB}/mwaskom/seaborn-data/master",),
    ("penguins.csv", 13478, "e07636bd8af74260099ea2f8678e2eabbf35def579940cc76f67061ee16c06c1"),
)
WINES = _files(
    (BROWNLEE,),
    ("winequality-red.csv", 84028, "c9614512e980f1cbd221c796daa97f00c4898c3cd1716863abac60f6cd1a522e"),
    ("winequality-white.csv", 264255, "659d419fff887f225bf977d20520bb64a64cae203e460087f809721d4430ba27"),
)
UCI = {
    each.name: (each,)
    for each in _files(
        (BROWNLEE,),
        ("sonar.csv", 87775, "3079c09b5d2789a0f96aff82c28e5164fafe2495c5f8da96c6c256c1bd25763f"),
        ("abalone.csv", 191872, "eb2de13be807e9bb9ec4128b9c89b98ab23d7739121cfd17b7dde69b46ba7bf6"),
    )
}
