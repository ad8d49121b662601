"""Tables that are refused, row by row of the catalogue in the design (reliability 5.1).

Rows 13, 14, 30 to 32, 34, 39 and 40 are read with a note: tests/test_bad_tables.py. Of row 37 only the refusal exists:
Excel workbooks are not read. Row 36's bomb is refused by the rows that its footer claims.
"""

import gzip
import io
import tarfile

from tests.catalogue.row import Row

ROWS = "".join(f"{k % 7},{(k * 5) % 11}.5,{'ab'[k % 2]}\n" for k in range(40))
GOOD = "height,width,label\n" + ROWS


def tar_of(content: str) -> bytes:
    """The table in an archive."""
    out, member = io.BytesIO(), tarfile.TarInfo("table.csv")
    member.size = len(content)
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content.encode()))
    return out.getvalue()


def with_column(name: str, values: list[str]) -> str:
    """The good table with one more column in front, quoted."""
    lines = ROWS.splitlines()[: len(values)]
    return f"{name},height,width,label\n" + "".join(
        f'"{value}",{line}\n' for value, line in zip(values, lines, strict=True)
    )


def numbers(*odd: str) -> list[str]:
    return [*odd, *(f"{k * k % 97}.25" for k in range(40 - len(odd)))]


def ints(*odd: str) -> list[str]:
    return [*odd, *(str(1000 + k * k) for k in range(40 - len(odd)))]


REFUSED = [
    Row(1, "empty", "", "E-DATA-EMPTY", "table.csv is empty (0 bytes)"),
    Row(1, "only space", "\n  \n", "E-DATA-EMPTY", "nothing but space"),
    Row(2, "header only", "height,width,label\n", "E-DATA-NOROWS", "table.csv has a header but no rows"),
    Row(
        3,
        "long line",
        "a,b,c,label\n1,2,3,x\n3,4,5,6,x\n",
        "E-CSV-RAGGED",
        "line 3: 5 fields, header has 4: '3,4,5,6,x'",
    ),
    Row(4, "short line", GOOD + "\n1,2\n4,5,b\n", "E-CSV-RAGGED", "line 43: 2 fields, header has 3: '1,2'"),
    Row(4, "many", GOOD + "1\n" * 9, "E-CSV-RAGGED", "also lines 43, 44, 45, 46, ... (9 in all)"),
    Row(3, "quoted long line", 'a,label\n"1",x\n2,3,"x"\n', "E-CSV-RAGGED", "line 3: 3 fields, header has 2"),
    Row(5, "quote", GOOD + '1,"2,a\n' + ROWS, "E-CSV-QUOTE", "quote opened in line 42 is never closed"),
    Row(
        5,
        "quote closed by another",
        GOOD + '1,"2,a\n3,"4",b\n',
        "E-CSV-QUOTE",
        "quote opened in line 42 is never closed",
    ),
    Row(
        6,
        "cut inside a quote",
        GOOD + '1,"2',
        "E-CSV-TRUNC",
        "last line 42 ends inside a quoted field; file incomplete?",
    ),
    Row(6, "cut", GOOD + "1,2", "E-CSV-TRUNC", "last line 42 has 2 of 3 fields and no line end; file incomplete?"),
    Row(7, "same names", GOOD.replace("width", "height"), "E-CSV-DUPCOL", "'height' occurs in columns 1 and 2"),
    Row(8, "last comma", GOOD.replace("\n", ",\n"), "E-CSV-NOCOL", "column 4 has no name and is empty"),
    Row(9, "two separators", "a,b;label\n1,2;x\n", "E-CSV-SEP", "',' makes 2 fields of every line and ';' makes 2"),
    Row(
        10,
        "comma and point",
        with_column("h", numbers("1,5")),
        "E-CSV-DECIMAL",
        "'1,5' in line 2 has a decimal comma, '0.25'",
    ),
    Row(
        11, "thousands", with_column("price", ints("1,234")), "E-CSV-THOUSANDS", "column price: 1,234 in line 2 is text"
    ),
    Row(12, "Latin-1", "name,label\ncafé,x\n".encode("latin-1"), "E-TEXT-ENCODING", "byte 0xE9 in line 2 is not UTF-8"),
    Row(
        12,
        "Latin-1 hint",
        "name,label\ncafé,x\n".encode("latin-1"),
        "E-TEXT-ENCODING",
        "('café'). Use --encoding latin-1",
    ),
    Row(15, "NUL", b"a,b\n1,\x002\n", "E-TEXT-NUL", "NUL byte in line 2"),
    Row(15, "UTF-16 without mark", GOOD.encode("utf-16-le"), "E-TEXT-NUL", "UTF-16 without BOM"),
    Row(16, "PNG", b"\x89PNG\r\n\x1a\n0000", "E-DATA-TYPE", "table.csv is a PNG image, not a table"),
    Row(37, "zip", b"PK\x03\x04abc", "E-DATA-TYPE", "save the sheet as CSV"),
    Row(
        17,
        "HTML",
        "<!DOCTYPE html><title>404</title>",
        "E-DATA-HTML",
        "table.csv is a web page (title '404'), the download",
    ),
    Row(
        18,
        "git-lfs",
        "version https://git-lfs.github.com/spec/v1\n",
        "E-DATA-LFS",
        "git-lfs pointer, not the file; run git",
    ),
    Row(19, "gzip cut", gzip.compress(GOOD.encode(), mtime=0)[:-12], "E-DATA-GZIP", "incomplete download"),
    Row(
        20,
        "huge exponent",
        with_column("h", numbers("4e492493924924")),
        "E-NUM-RANGE",
        "line 2, column h: 4e492493924924",
    ),
    Row(20, "1e999", with_column("h", numbers("1e999")), "E-NUM-RANGE", "1e999 does not fit a float"),
    Row(20, "1e39", with_column("h", numbers("1e39")), "E-NUM-RANGE", "1e39 does not fit a float"),
    Row(
        21, "26 digits", with_column("h", ints("1" * 26)), "E-NUM-RANGE", "26 digits, a float keeps 15; if it is an id"
    ),
    Row(
        22,
        "inf",
        with_column("h", numbers("inf", "-inf", "inf")),
        "E-NUM-NONFINITE",
        "3 values are not finite (2 x inf, 1 x",
    ),
    Row(
        23,
        "one text",
        with_column("age", ints("3", "x")),
        "E-CSV-MIXED",
        "column age: 39 numbers, 1 text 'x' in line 3",
    ),
    Row(
        24,
        "no value",
        with_column("h", [""] * 40),
        "E-COL-EMPTY",
        "column h has no values at all: leave it out with --drop h",
    ),
    Row(33, "dates", with_column("day", ["01/02/2023", "13/02/2023"] * 20), "E-DATE-AMBIG", "--dayfirst"),
    Row(
        27,
        "no label",
        GOOD + "1,2,\n3,4,?\n",
        "E-TARGET-MISSING",
        "2 rows without label in column label (first: line 42, li",
    ),
    Row(28, "one class", GOOD.replace(",b\n", ",a\n"), "E-TARGET-ONE", "all 40 labels are 'a'; nothing to learn"),
    Row(
        29, "small class", GOOD + "1,2,zebra\n", "E-SPLIT-SMALL", "class 'zebra' has 1 row; needs 3 for train/val/test"
    ),
    Row(26, "only a target", "label\na\nb\n", "E-TABLE-NOINPUT", "no column beside the target"),
    Row(35, "wide", ",".join(f"c{k}" for k in range(30_000)) + "\n", "E-DATA-WIDE", "30000 columns; at most 20000"),
    Row(
        35,
        "long cell",
        f'a,label\n"{"x" * 200_000}",b\n',
        "E-DATA-WIDE",
        "line 2: a field of more than 131,072 characters",
    ),
    Row(
        38,
        "JSONL: two commas",
        '{"a": 1, "label": "x"}\n{"a": 1,, "label": "x"}\n',
        "E-JSON-LINE",
        "line 2, column 9: not JSON",
        file="table.jsonl",
    ),
    Row(
        38,
        "JSONL: NaN",
        '{"a": NaN, "label": "x"}\n',
        "E-JSON-LINE",
        "line 1: NaN is no JSON number",
        file="table.jsonl",
    ),
    Row(
        38,
        "JSONL: key twice",
        '{"a": 1, "a": 2}\n',
        "E-JSON-LINE",
        "line 1: the key 'a' stands twice",
        file="table.jsonl",
    ),
    Row(
        38,
        "JSONL: deep",
        '{"a": ' + "[" * 100_000 + "\n",
        "E-JSON-LINE",
        "line 1: nested too deeply",
        file="table.jsonl",
    ),
    Row(
        38, "JSONL: list", '{"a": [1, 2]}\n', "E-JSON-LINE", "line 1: 'a' holds a list or an object", file="table.jsonl"
    ),
    Row(38, "JSONL: no object", '{"a": 1}\n[1]\n', "E-JSON-LINE", "line 2: no object", file="table.jsonl"),
    Row(16, "pickle", b"\x80\x04\x95abc", "E-DATA-TYPE", "a pickle, which could run programs if it were opened"),
    Row(16, "Feather", b"ARROW1\x00\x00", "E-DATA-TYPE", "an Arrow or Feather file (write it as Parquet)"),
    Row(38, "JSON: array cut", '[{"a": 1},\n{"a":', "E-JSON-LINE", "line 2, column 6: not JSON (Expecting value)"),
    Row(38, "JSON: array without end", '[{"a": 1},\n{"a": 2}', "E-JSON-LINE", "line 2: the array goes on strangely"),
    Row(38, "JSON: no comma", '[{"a": 1}\n\n{"a": 2}]', "E-JSON-LINE", "line 3: the array goes on strangely"),
    Row(38, "JSON: list within", '[{"a": 1}, {"a": [2]}]', "E-JSON-LINE", "line 1: 'a' holds a list or an object"),
    Row(38, "JSON: deep", '[{"a":' + "[" * 100_000, "E-JSON-LINE", "line 1: nested too deeply"),
    Row(16, "tar", tar_of(GOOD), "E-DATA-TYPE", "table.csv is a tar archive, not a table: unpack it first"),
    Row(16, "tar in gzip", gzip.compress(tar_of(GOOD), mtime=0), "E-DATA-TYPE", "table.csv is a tar archive"),
    Row(
        23,
        "three bad columns",
        "a,b,c,label\n" + "".join(f"{k},{k},{k},x\n" for k in range(20)) + "x,inf,1e999,y\n",
        "E-CSV-MIXED",
        "3 of 3 columns cannot be learnt from as they are:\n  E-CSV-MIXED column a: 20 numbers, 1 text 'x' in line 22:",
        lines=4,
    ),
    Row(
        38,
        "JSONL: half a character",
        '{"a": "\\ud800", "label": "x"}\n',
        "E-JSON-LINE",
        "line 1: \\ud800 is half a",
        file="table.jsonl",
    ),
    Row(
        38,
        "JSONL: nine lines",
        '{"a": 1}\n' + "[1]\n" * 9,
        "E-JSON-LINE",
        "9 of 10 rows are no flat JSON objects:\n  E-JSON-LINE line 2: no object",
        file="table.jsonl",
        lines=7,
    ),
]
