"""Which rows are for training, which for validation, which for the test: decided once, from the rows and a seed."""

import numpy as np

from etude.data.archives import shown
from etude.data.raw import Part
from etude.errors import DataError, UsageError
from etude.source import Source

PARTS = ("training", "validation", "test")


def split_rows(
    n: int,
    *,
    source: Source,
    classes: np.ndarray | None,
    part: Part | None = None,
    groups: np.ndarray | None = None,
    times: np.ndarray | None = None,
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], str]:
    """Sorted row numbers (int64) of training, validation and test, and the rule in words.

    `classes` (names or codes) are spread evenly over the parts; rows with equal `groups` stay in one part; by `times`
    the latest rows are the test part, those before them validation, and equal times stay together. Parts that the
    data bring are kept; a part that they lack is carved out of the training rows. UsageError for fractions that are no
    fractions; DataError (E-SPLIT-SMALL, E-SPLIT-GROUPS, E-SPLIT-TIME) where there are too few rows.
    """
    _check_fractions(source.split)
    if groups is not None and times is not None:
        raise UsageError("E-SPLIT", "--group and --time exclude each other: give one of them")
    given = np.full(n, -1, dtype=np.int8) if part is None else part
    pool, receiving = _open_rows(given, source.split)
    assigned = given.astype(np.int64)
    if len(pool):
        shares = np.array([source.split[each] for each in receiving])
        shares = shares / shares.sum()
        columns = [None if each is None else each[pool] for each in (classes, groups, times)]
        places = _places(len(pool), shares, *columns, generator=np.random.default_rng(source.split_seed))
        assigned[pool] = np.array(receiving)[places]
    rows = (np.flatnonzero(assigned == 0), np.flatnonzero(assigned == 1), np.flatnonzero(assigned == 2))
    how = _in_words(source, stratified=classes is not None, by_group=groups is not None, by_time=times is not None)
    return rows, _rule(source.split, given=given, receiving=receiving if len(pool) else [], how=how)


def _places(
    n: int,
    shares: np.ndarray,
    classes: np.ndarray | None,
    groups: np.ndarray | None,
    times: np.ndarray | None,
    *,
    generator: np.random.Generator,
) -> np.ndarray:
    """The part of each of `n` rows."""
    if times is not None:
        return _by_time(times, shares)
    if groups is not None:
        return _by_group(groups, shares, generator)
    kinds = np.zeros(n, dtype=np.int64) if classes is None else classes
    return _by_class(kinds, shares, generator=generator, named=classes is not None)


def _check_fractions(split: tuple[float, float, float]) -> None:
    if not all(0 <= each <= 1 for each in split) or abs(sum(split) - 1) > 1e-6 or split[0] == 0:
        shown = " ".join(f"{each:g}" for each in split)
        raise UsageError(
            "E-SPLIT",
            f"--split {shown}: the parts for training, validation and test must lie between 0 and 1 and sum to 1,"
            " and training must have some; for instance --split 0.7 0.2 0.1",
        )


def _open_rows(given: Part, split: tuple[float, float, float]) -> tuple[np.ndarray, list[int]]:
    """The rows to be split, and the parts that they go to."""
    undecided = given == -1
    absent = [each for each in (1, 2) if split[each] > 0 and not (given == each).any()]
    if absent:  # what the data lack comes out of their training rows
        return np.flatnonzero(undecided | (given == 0)), [0, *absent]
    return np.flatnonzero(undecided), [each for each in (0, 1, 2) if split[each] > 0]


def _counts(n: int, shares: np.ndarray) -> np.ndarray:
    """How many of `n` rows each part gets: at least one, and else within one of its share."""
    exact: np.ndarray = n * shares
    counts: np.ndarray = np.maximum(np.floor(exact).astype(np.int64), 1)
    while counts.sum() < n:
        counts[np.argmax(exact - counts)] += 1
    while counts.sum() > n:
        counts[np.argmax(np.where(counts > 1, counts - exact, -np.inf))] -= 1
    return counts


def _by_class(kinds: np.ndarray, shares: np.ndarray, *, generator: np.random.Generator, named: bool) -> np.ndarray:
    """The part of each row, so that every class is spread by the shares."""
    names, codes = np.unique(kinds.astype(str) if kinds.dtype == object else kinds, return_inverse=True)
    sizes = np.bincount(codes)
    _check_sizes(names, sizes, needed=len(shares), named=named)
    order = generator.permutation(len(kinds))
    order = order[np.argsort(codes[order], kind="stable")]
    places = np.empty(len(kinds), dtype=np.int64)
    places[order] = np.concatenate(
        [np.repeat(np.arange(len(shares)), _counts(size, shares)) for size in sizes.tolist()]
    )
    return places


def _check_sizes(names: np.ndarray, sizes: np.ndarray, *, needed: int, named: bool) -> None:
    small = np.flatnonzero(sizes < needed)
    if not len(small):
        return
    if not named:
        raise DataError("E-SPLIT-SMALL", f"{_rows(int(sizes[0]))}; needs {needed} for {needed} parts: add rows")
    listed = ", ".join(f"class '{shown(str(names[each]))}' has {_rows(int(sizes[each]))}" for each in small[:5])
    more = f" and {len(small) - 5} more such classes" if len(small) > 5 else ""
    wanted = "train/val/test" if needed == 3 else "its parts"
    raise DataError(
        "E-SPLIT-SMALL",
        f"{listed}{more}; needs {needed} for {wanted}: add rows of such a class, remove it, or join it to another"
        f"{' (a number to predict rather than a class: --task regress)' if _are_numbers(names) else ''}",
    )


def _are_numbers(names: np.ndarray) -> bool:
    try:
        names.astype(np.float64)
    except ValueError:
        return False
    return True


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def _by_group(groups: np.ndarray, shares: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The part of each row; whole groups, large ones first, go where most rows are still wanted."""
    names, codes = np.unique(groups.astype(str) if groups.dtype == object else groups, return_inverse=True)
    sizes = np.bincount(codes)
    if len(names) < len(shares):
        raise DataError(
            "E-SPLIT-GROUPS",
            f"the group column has {len(names)} different values; needs {len(shares)}, one for each part:"
            " choose another column for --group, or leave it away",
        )
    order = generator.permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    wanted = len(groups) * shares
    place = np.empty(len(names), dtype=np.int64)
    empty = np.ones(len(shares), dtype=bool)
    for position, group in enumerate(order):
        must_fill = len(order) - position == empty.sum()
        place[group] = np.argmax(np.where(empty, wanted, -np.inf) if must_fill else wanted)
        wanted[place[group]] -= sizes[group]
        empty[place[group]] = False
    return place[codes]


def _by_time(times: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The part of each row; a border lies where the time changes, as near to the shares as it can."""
    moments, codes = np.unique(times.astype(str) if times.dtype == object else times, return_inverse=True)
    if len(moments) < len(shares):
        raise DataError(
            "E-SPLIT-TIME",
            f"the time column has {len(moments)} different values; needs {len(shares)}, one for each part:"
            " choose another column for --time, or leave it away",
        )
    before = np.concatenate([[0], np.cumsum(np.bincount(codes))])  # rows before the k-th moment
    place = np.zeros(len(moments), dtype=np.int64)
    border = 0
    for number, share in enumerate(np.cumsum(shares)[:-1]):
        later_parts = len(shares) - 2 - number
        choice = np.arange(border + 1, len(moments) - later_parts)
        border = int(choice[np.argmin(np.abs(before[choice] - share * len(times)))])
        place[border:] += 1
    return place[codes]


def _in_words(source: Source, *, stratified: bool, by_group: bool, by_time: bool) -> str:
    if by_time:
        return f"by time ({source.time or 'time column'}), the latest rows for the test"
    if by_group:
        return f"by group ({source.group or 'group column'}), seed {source.split_seed}"
    return f"{'stratified by class' if stratified else 'at random'}, seed {source.split_seed}"


def _rule(split: tuple[float, float, float], *, given: Part, receiving: list[int], how: str) -> str:
    brought = " and ".join(PARTS[each] for each in (0, 1, 2) if (given == each).any())
    if not receiving:
        return f"{brought} as the data bring them"
    if not brought or brought == PARTS[0]:
        return f"{'/'.join(f'{100 * each:.4g}' for each in split)} {how}"
    shares = [split[each] / sum(split[other] for other in receiving) for each in receiving]
    carved = ", ".join(
        f"{100 * share:.3g} % {PARTS[each]}" for share, each in zip(shares, receiving, strict=True) if each
    )
    return f"{brought} as the data bring them; of the remaining rows {carved} {how}"
