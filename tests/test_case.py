"""Sets of cases: what is wrong with a line is told with the line, and what is right is read as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.case import (
    BadSet,
    Case,
    Expected,
    ExpectedClaim,
    ExpectedDoubt,
    Narrowed,
    Words,
    check_words,
    digest,
    read_set,
)

GOOD = {"id": "a", "question": "Who?"}


def written(folder: Path, *lines: object) -> Path:
    told = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path = folder / "set.jsonl"
    path.write_text("".join(f"{line}\n" for line in told), encoding="utf-8", newline="\n")
    return path


def trouble(path: Path) -> str:
    with pytest.raises(BadSet) as caught:
        read_set(path)
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value.message


EXPECTS = {"document": "d", "words": "w"}
NOT_SURE = {"claims": [EXPECTS | {"doubts": [{"kind": "hedged"}], "unsure": ["hedged"]}]}
WRONG = [
    (GOOD | {"colour": "red"}, "colour"),
    (GOOD | {"expect": {"pionts": [["x"]]}}, "expect.pionts"),
    (GOOD | {"expect": {"claims": [EXPECTS | {"doubts": [{"kind": "strange"}]}]}}, "expect.claims.0.doubts.0.kind"),
    (GOOD | {"expect": {"claims": [{"document": "d"}]}}, "expect.claims.0.words"),
    (GOOD | {"expect": {"points": [[]]}}, "expect.points.0"),
    (GOOD | {"expect": NOT_SURE}, "hedged cannot be both expected and unsure"),
    (GOOD | {"expect": {"refuse": True, "points": [["x"]]}}, "must be refused"),
    (GOOD | {"check": {"text": "x"}}, "exactly one of question, check, read and reply"),
    (GOOD | {"filters": {"issued_from": "the third of May"}}, "filters.issued_from"),
    ({"id": "a"}, "exactly one of question, check, read and reply"),
    ({"id": "a", "question": " \n"}, "the question is empty"),
    ({"question": "Who?"}, "id"),
    ({"id": "", "question": "Who?"}, "id"),
    ({"id": 3, "question": "Who?"}, "id"),
    ("[]", "object"),
    ("{", "JSON"),
    ('{"id": "a", "question": "\x00"}', "JSON"),
    ('{"id": "a", "question": "\\ud800"}', "JSON"),
    ("[" * 50_000, "JSON"),
    ({"id": "a", "check": {"text": "abc"}, "expect": {"unsupported": [{"start": 2, "end": 1}]}}, "unsupported"),
    ({"id": "a", "check": {"text": "abc"}, "expect": {"unsupported": [{"start": 0, "end": 9}]}}, "unsupported"),
    (GOOD | {"expect": {"passages": [{"document": "d", "words": " "}]}}, "words"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "told"), WRONG)
def test_what_is_wrong_with_a_line_is_told_with_its_number_and_its_field(tmp_path: Path, line: object, told: str):
    """A line that does not fit is a BadSet that says where; blank lines are counted and left out."""
    message = trouble(written(tmp_path, {"id": "first", "question": "Who?"}, "", line))
    assert "line 3: " in message
    assert told in message.split("line 3: ")[1]


def test_two_cases_of_one_id_are_told_with_both_lines(tmp_path: Path):
    """A result is kept under its case's id, so an id is had once."""
    message = trouble(written(tmp_path, GOOD, {"id": "b", "question": "Why?"}, GOOD))
    assert "line 3: the id 'a' stands in line 1 already" in message


def test_ten_lines_are_told_and_the_rest_counted(tmp_path: Path):
    """A set that is wrong throughout does not fill the screen."""
    message = trouble(written(tmp_path, *({"id": f"c{n}"} for n in range(13))))
    assert [f"line {n}: " in message for n in (1, 10, 11)] == [True, True, False]
    assert "and 3 more" in message


@pytest.mark.parametrize("content", [b"", b"\n  \n\n", b"\xe2\x80\xa8\n"])
def test_an_empty_set_is_told(tmp_path: Path, content: bytes):
    """A set without a case would pass every gate."""
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    assert "holds no case" in trouble(path)


@pytest.mark.parametrize("content", ['{"id": "é", "question": "x"}'.encode("latin-1"), '{"id": "a"}'.encode("utf-16")])
def test_a_set_that_is_not_utf_8_is_told(tmp_path: Path, content: bytes):
    """Bytes that are no UTF-8, no file and a folder are a BadSet too."""
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    for each in (path, tmp_path, tmp_path / "none.jsonl"):
        assert "cannot be read" in trouble(each)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_a_line_ends_at_a_line_feed_alone(tmp_path_factory: pytest.TempPathFactory, question: str):
    """U+2028, U+0085, a byte order mark or any other character stands in a text as it was written."""
    folder = tmp_path_factory.mktemp("set")
    odd = f"{question}\u2028\u0085\x0c\ufeff健康码😀"
    [found, other] = read_set(written(folder, {"id": "a", "question": odd}, {"id": "\ufeff", "question": "x"}))
    assert (found.question, other.id) == (odd, "\ufeff")


def test_lines_may_end_as_windows_ends_them(tmp_path: Path):
    """A carriage return before the line feed changes nothing."""
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'{"id": "a", "question": "x"}\r\n\r\n{"id": "b", "question": "y"}\r\n')
    assert [case.id for case in read_set(path)] == ["a", "b"]


def test_a_byte_order_mark_at_the_start_of_a_file_is_read_over(tmp_path: Path):
    """Editors on Windows write one; nobody sees it, so nobody could mend it."""
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "a", "question": "x"}\n')
    assert read_set(path)[0].id == "a"


def test_what_is_asked_and_whether_it_is_quiet():
    """A case asks for one thing; it is quiet where statements are labelled and none deserves a doubt."""
    quiet = ExpectedClaim(document="d", words="w")
    loud = ExpectedClaim(document="d", words="w", doubts=(ExpectedDoubt(kind="hedged"),))
    told = [case(claims=claims) for claims in ((), (quiet,), (quiet, loud))]
    assert [each.quiet for each in told] == [False, True, False]
    assert [Case(id="c", **{key: value}).asks for key, value in
            (("question", "q"), ("check", {"text": "t"}), ("read", "f"))] == ["answer", "check", "read"]  # fmt: skip


def case(**expect: object) -> Case:
    return Case(id="c1", question="q", expect=Expected.model_validate(expect))


TEXTS = {"notice.md": "Firms  must\nreport by noon.", "通知.txt": "健康码已在全国推广。"}
HELD = Words(document="notice.md", words="must report")
UNKNOWN = [
    case(documents=["gone.md"]),
    case(passages=[{"document": "gone.md", "words": "must"}]),
    case(quotations=[{"document": "gone.md", "words": "must"}]),
    case(claims=[{"document": "gone.md", "words": "must"}]),
    case(claims=[{**HELD.model_dump(), "doubts": [{"kind": "disputed", "words": "x", "document": "gone.md"}]}]),
    Case(id="c1", question="q", filters=Narrowed(documents=("gone.md",))),
    case(claims=[{**HELD.model_dump(), "doubts": [{"kind": "disputed", "document": "gone.md"}]}]),
]  # fmt: skip


@pytest.mark.parametrize("wrong", UNKNOWN)
def test_a_document_that_the_library_lacks_is_told_with_its_case(wrong: Case):
    """Wherever a case names a document, it must be there; the message counts cases and tells the id."""
    with pytest.raises(BadSet, match=r"case 2 \(c1\).*'gone\.md'"):
        check_words([case(documents=["notice.md"]), wrong], TEXTS, "set")


MISSING = [
    case(passages=[{"document": "notice.md", "words": "must not report"}]),
    case(quotations=[{"document": "notice.md", "words": "MUST report"}]),
    case(claims=[{"document": "通知.txt", "words": "健康码尚未推广"}]),
    case(claims=[{**HELD.model_dump(), "doubts": [{"kind": "hedged", "words": "may report"}]}]),
    case(claims=[{**HELD.model_dump(), "doubts": [{"kind": "disputed", "words": "noon", "document": "通知.txt"}]}]),
]


@pytest.mark.parametrize("wrong", MISSING)
def test_words_that_a_document_does_not_hold_are_told_with_their_case(wrong: Case):
    """Expected words are exact, case and all."""
    with pytest.raises(BadSet, match=r"set:\n  case 1 \(c1\): \S+ does not hold the words"):
        check_words([wrong], TEXTS, "set")


def test_runs_of_white_space_count_as_one_space():
    """Words may run over a line's end in their document, or in the set."""
    check_words([case(quotations=[HELD.model_dump()]), case(passages=[{"document": "notice.md", "words": "by\n noon"}])], TEXTS, "s")  # fmt: skip
    check_words(
        [case(claims=[{"document": "通知.txt", "words": "已在全国", "doubts": [{"kind": "hedged"}]}])], TEXTS, "s"
    )


def test_a_digest_tells_sets_apart_and_nothing_else(tmp_path: Path):
    """The order of fields, defaults written out and white space change nothing; a case, its order and its words do."""
    first, other = GOOD | {"expect": {"documents": ["d"]}}, {"id": "b", "question": "健康码?"}
    plain = digest(read_set(written(tmp_path, first, other)))
    dressed = {"note": "", "tags": [], **dict(reversed(first.items()))}
    assert (
        digest(read_set(written(tmp_path, "", json.dumps(dressed, indent=None, separators=(", ", " :  ")), other)))
        == plain
    )
    changed = [(other, first), (first,), (first, other | {"question": "健康码？"}), (first | {"note": "n"}, other)]
    assert len({plain, *(digest(read_set(written(tmp_path, *lines))) for lines in changed)}) == 5
