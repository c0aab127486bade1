"""The filter `aligned` pads columns exactly as gofmt does."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from blueprint.columns import aligned

GOFMT = shutil.which("gofmt")

CASES = [
    ("A  int\nLonger  string", "A      int\nLonger string"),
    ("\tA  int\n\n\tLonger  string", "\tA int\n\n\tLonger string"),
    ("\tA  int  // one\n\tLonger  string", "\tA      int // one\n\tLonger string"),
    ('\tA  int  `json:"a"`\n\tBB  string  `json:"b"`', '\tA  int    `json:"a"`\n\tBB string `json:"b"`'),
    ("\t// about  A\n\tA  int\n\tBB  int", "\t// about  A\n\tA  int\n\tBB int"),
    ('\t"a  b":  1,\n\t"c":  2,', '\t"a  b": 1,\n\t"c":    2,'),
    ("\ta:  b{\n\t\tlonger:  1,\n\t\tx:  2,\n\t},", "\ta: b{\n\t\tlonger: 1,\n\t\tx:      2,\n\t},"),
    ("ä  1\nab  2", "ä  1\nab 2"),
    ("x := 1  // a  b\nlonger := 2  // c", "x := 1      // a  b\nlonger := 2 // c"),
    ("plain\n", "plain\n"),
    ("", ""),
]


@pytest.mark.parametrize(("block", "wanted"), CASES)
def test_cells_are_padded_within_runs_of_lines(block: str, wanted: str) -> None:
    """A blank line, a line without cells and a change of indentation each end a run."""
    assert aligned(block) == wanted


def test_what_is_aligned_stays_as_it_is() -> None:
    """A second pass has nothing to do but to read the cells again."""
    for _, wanted in CASES:
        lines = [line for line in wanted.splitlines() if "  " not in line.strip()]
        assert aligned("\n".join(lines)) == "\n".join(lines)


def _word(dice: random.Random) -> str:
    return "".join(dice.choice("abcdefXYZ") for _ in range(dice.randint(1, 20)))


def _comment(dice: random.Random) -> str:
    return f"  // {_word(dice)}  {_word(dice)}" if dice.random() < 0.4 else ""


def _struct(dice: random.Random, number: int) -> str:
    types = ["int", "string", "[]byte", "map[string]int", "time.Duration"]
    lines = []
    for index in range(dice.randint(1, 9)):
        tag = f'  `json:"{_word(dice)}"`' if dice.random() < 0.5 else ""
        lines.append(
            dice.choice(["\t// doc", "", *[f"\tF{index}{_word(dice)}  {dice.choice(types)}{tag}{_comment(dice)}"] * 5])
        )
    return "\n".join([f"type S{number} struct {{", *_tidy(lines), "}"])


def _literal(dice: random.Random, number: int) -> str:
    lines = [
        dice.choice(["", "\t// doc", *[f'\t"{index} {_word(dice)}":  "{_word(dice)}  x",{_comment(dice)}'] * 5])
        for index in range(dice.randint(1, 9))
    ]
    return "\n".join([f"var m{number} = map[string]string{{", *_tidy(lines), "}"])


def _constants(dice: random.Random, number: int) -> str:
    kind = dice.choice(["", "  string"])
    lines = [
        f'\tC{number}{index}{_word(dice)}{kind}  = "{_word(dice)}"{_comment(dice)}'
        for index in range(dice.randint(2, 9))
    ]
    return "\n".join(["const (", *lines, ")"])


def _statements(dice: random.Random, number: int) -> str:
    lines = [f'\tprintln("{_word(dice)}  a"){_comment(dice)}' for _ in range(dice.randint(1, 9))]
    return "\n".join([f"func f{number}() {{", *lines, "}"])


def _tidy(lines: list[str]) -> list[str]:
    """gofmt removes blank lines at the edges, doubled ones and empty literals; that is not what is tested here."""
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    while kept and not kept[-1]:
        kept.pop()
    return kept or ["\t// nothing"]


@pytest.mark.skipif(not GOFMT, reason="gofmt is not installed")
def test_gofmt_has_nothing_to_change(tmp_path: Path) -> None:
    """Structs with and without tags, maps, constants and statements, a hundred of each."""
    dice = random.Random(20260101)
    kinds = (_struct, _literal, _constants, _statements)
    blocks = [kind(dice, number) for number in range(100) for kind in kinds]
    source = 'package x\n\nimport "time"\n\n' + "\n\n".join(aligned(block) for block in blocks) + "\n"
    (tmp_path / "x.go").write_text(source, encoding="utf-8")
    result = subprocess.run([str(GOFMT), "-d", "x.go"], cwd=tmp_path, capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
