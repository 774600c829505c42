from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.findings import SpecificationFault, SpecPlace
from mappings.load import Text, did_you_mean, load_yaml


def load(tmp_path: Path, text: str | bytes) -> object:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_yaml(path).data


def faults(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(SpecificationFault) as caught:
        load(tmp_path, text)
    return [str(f) for f in caught.value.findings]


@pytest.mark.parametrize(
    "scalar",
    ["NO", "no", "yes", "on", "012", "0x1F", "0o17", "1e3", "1_000", "2024-01-01", "12:30:45",
     ".inf", ".nan", "1.10", "=", "true"],
)  # fmt: skip
def test_no_scalar_changes(tmp_path: Path, scalar: str) -> None:
    data = load(tmp_path, f"a: {scalar}\nb: [{scalar}]\n")
    assert data == {"a": scalar, "b": [scalar]}
    assert isinstance(data, dict)
    assert isinstance(data["a"], Text)
    assert data["a"].plain


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_nothing_is_none_but_only_unquoted(tmp_path: Path, nothing: str) -> None:
    assert load(tmp_path, f"a: {nothing}\n") == {"a": None}
    quoted = load(tmp_path, f'a: "{nothing}"\n')
    assert quoted == {"a": nothing}
    assert isinstance(quoted, dict)
    assert not quoted["a"].plain


def test_byte_order_mark_and_crlf_are_read(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: \xe4\xb8\xad\r\n") == {"a": "1", "b": "中"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "a: 1\nb:\n  c: 1\n  c: 2\n",
            ("a.yaml:4:3: the key 'c' stands twice in this block. "
            "It was first given in line 3; keep one of them."),
        ),
        ("a: {x: 1, x: 2}", ("a.yaml:1:11: the key 'x' stands twice in this block. "
         "It was first given in line 1; keep one of them.")),
        ("a: !tag 1\n", "a.yaml:1:4: a tag (!name) is not part of the language. Take it out."),
        ("a: !!str 1\n", "a.yaml:1:4: a tag (!name) is not part of the language. Take it out."),
        ("a: &x 1\n", "a.yaml:1:4: an anchor (&name) is not part of the language. Take it out."),
        ("<<: 1\n", "a.yaml:1:1: merge keys (<<) are not part of the language"),
        ("[a, b]: 1\n", "a.yaml:1:1: a key must be a word, not a list or a mapping"),
        ("", "a.yaml:1:1: the file is empty"),
        ("# only a comment\n", "a.yaml:1:1: the file is empty"),
        (b"a: 1\nb: \xff\n", "a.yaml:2:1: byte 9 is not UTF-8. Save it as UTF-8."),
        ("a: [1\n", "a.yaml:1:4: not valid YAML: the list that '[' opens here is not closed"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1: not valid YAML: but found another document"),
    ],
)  # fmt: skip
def test_faults(tmp_path: Path, text: str | bytes, fault: str) -> None:
    assert faults(tmp_path, text) == [fault]


def test_an_alias_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, "a: &x {b: 1}\nc: *x\n")
    assert found == [
        "a.yaml:1:4: an anchor (&name) is not part of the language. Take it out.",
    ]


def test_all_faults_of_a_file_are_said(tmp_path: Path) -> None:
    found = faults(tmp_path, "a: 1\na: 2\nb: 1\nb: 2\n")
    assert [f.split(": ")[0] for f in found] == ["a.yaml:2:1", "a.yaml:4:1"]


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(SpecificationFault, match=r"^gone\.yaml: the file does not exist$"):
        load_yaml(tmp_path / "gone.yaml")
    with pytest.raises(SpecificationFault, match=r"^x\.yaml:1:1: cannot be read: "):
        load_yaml(tmp_path, "x.yaml")


def test_places(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a:\n  b: [x, y]\n  c: {d: z}\n")
    document = load_yaml(path, "sdtm/a.yaml")

    def at(*steps: str | int, key: bool = False) -> tuple[int, int]:
        place = document.place(steps, key=key)
        assert place.file == "sdtm/a.yaml"
        return place.line, place.column

    assert at("a", key=True) == (1, 1)
    assert at("a", "b", 1) == (2, 10)
    assert at("a", "c", "d") == (3, 10)
    assert at("a", "c", "d", key=True) == (3, 7)
    # what is not there is said at its nearest parent
    assert at("a", "c", "gone", 3) == at("a", "c")
    assert at("gone") == (1, 1)
    assert SpecPlace("f") < SpecPlace("f", 1)


@settings(max_examples=50)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20))
def test_quoted_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("q") / "a.yaml"
    shown = text.replace("'", "''")
    path.write_text(f"a: '{shown}'\n", encoding="utf-8")
    assert load_yaml(path).data == {"a": text}


def test_did_you_mean() -> None:
    assert did_you_mean("aeterm", ["AETERM", "AESER"]) == "Did you mean 'AETERM'?"
    assert did_you_mean("AESRE", ["AETERM", "AESER"]) == "Did you mean 'AESER'?"
    assert did_you_mean("zzz", ["AETERM", "AESER"]) == "There are: AETERM, AESER."
    assert did_you_mean("zzz", []) == ""
    many = [f"N{i}" for i in range(25)]
    assert did_you_mean("zzz", many).endswith("N19 and 5 more.")
