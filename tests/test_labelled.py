"""Labelled statements: read with their line, counted by kind, halves by the hash of an id, and the table of the seed."""

import json
import re
from pathlib import Path

import pytest

from evals import agreement, doubts, seed_table
from evals.case import BadSet
from evals.doubts import Label, judge
from evals.labelled import Text, documents, half, place, rows
from ingest.document import Document, Span

BODY = "The port closed on Monday. It may reopen in June. Li Wei said that two ships had collided. Dogs may travel on the lower deck."
TEXT = {
    "name": "t",
    "title": "Ports",
    "kind": "report",
    "outlet": "Harbour Ledger",
    "issued": "2021-03-04",
    "body": BODY,
}
ROWS = [
    {"id": "a", "text": TEXT, "words": "The port closed on Monday.", "doubts": []},
    {"id": "b", "document": "text:t", "words": "It may reopen in June.", "doubts": [{"kind": "hedged", "words": "may reopen"}]},
    {
        "id": "c",
        "document": "text:t",
        "words": "Li Wei said that two ships had collided.",
        "doubts": [{"kind": "attributed", "words": "said", "speaker": "Li Wei"}, {"kind": "self_reported"}],
    },
    {"id": "d", "document": "text:t", "words": "Dogs may travel on the lower deck.", "doubts": [{"kind": "hedged"}]},
    {"id": "e", "document": "text:t", "words": "It may reopen in June.", "doubts": [], "unsure": ["hedged"]},
    {"id": "f", "document": "text:t", "words": "Li Wei said that two ships had collided.", "doubts": []},
]  # fmt: skip


def written(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    return path


def test_each_kind_is_counted_and_unsure_kinds_count_neither_way(tmp_path: Path):
    labels = rows(written(tmp_path), Label)
    tallies = judge(labels, documents(["text:t"], {"t": Text.model_validate(TEXT)}))
    both = list(tallies.values())
    assert sum((each.true for each in both), start=type(both[0].true)()) == {"hedged": 1, "attributed": 1}
    assert sum((each.missed for each in both), start=type(both[0].true)()) == {"hedged": 1, "self_reported": 1}
    assert sum((each.false for each in both), start=type(both[0].true)()) == {"attributed": 1}
    assert (sum(each.quiet for each in both), sum(each.alarmed for each in both)) == (3, 1)
    assert (sum(each.speakers for each in both), sum(each.right_speakers for each in both)) == (1, 1)
    assert sum(each.placed.total() for each in both) == sum(each.with_words.total() for each in both) == 2


def test_the_halves_hold_every_id_and_never_change():
    """The half of an id hangs on nothing but the id."""
    assert {half(f"en-{n:03}") for n in range(50)} == {"build", "report"}
    assert [half(f"en-{n:03}") for n in range(1, 7)] == [half(f"en-{n:03}") for n in range(1, 7)]
    assert 60 < sum(half(f"en-{n:03}") == "build" for n in range(150)) < 90


def test_what_is_missed_in_the_half_to_report_on_is_shown_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = written(tmp_path)
    shown = {}
    for flags in ((), ("--show",), ("--show", "--report")):
        assert doubts.main([str(path), *flags]) == 0
        shown[flags] = capsys.readouterr().out
    for row, telling in (
        ("c", "self_reported is missed"),
        ("d", "hedged is missed"),
        ("f", "attributed is a false alarm"),
    ):
        line = f"{row}: {telling}"
        assert line not in shown[()]
        assert (line in shown["--show",]) is (half(row) == "build")
        assert line in shown["--show", "--report"]


def test_a_bad_row_is_told_with_its_line(tmp_path: Path):
    path = tmp_path / "set.jsonl"
    path.write_text(
        '{"id": "a", "words": "x"}\n{"id": "b", "words": "y", "doubts": [{"kind": "odd"}]}\n', encoding="utf-8"
    )
    with pytest.raises(BadSet, match=r"set\.jsonl:2"):
        rows(path, Label)


def test_a_document_that_nobody_gives_is_told(tmp_path: Path):
    with pytest.raises(BadSet, match="text:nowhere"):
        documents(["text:nowhere"], {})
    with pytest.raises(BadSet, match="fomc:none"):
        documents(["fomc:none.txt"], {}, tmp_path)


def test_words_are_found_next_to_where_they_are_looked_for():
    document = Document(id="d", title="", text="may a\n\nmay b", source="d", media_type="text/plain")
    assert place(document, "may", Span(start=7, end=12)) == Span(start=7, end=10)
    assert place(document, "may b") == Span(start=7, end=12)
    assert place(document, "might") is None


def test_the_table_of_the_seed_clips_what_it_quotes(tmp_path: Path):
    """A statement of many words is named by its first twelve; each doubt is a row with its reason."""
    (tmp_path / "seed").mkdir()
    long = "The platform that was set up by the ministry in the spring of last year may close in June, reported Xinhua."
    (tmp_path / "seed" / "a.txt").write_text(f"{long}\n\nThe port is open.\n", encoding="utf-8")
    out = tmp_path / "seed.md"
    assert seed_table.main(["--data", str(tmp_path), "--out", str(out)]) == 0
    table = out.read_text(encoding="utf-8")
    assert "| 1 | The platform that was set up by the ministry in the spring … | `attributed` |" in table
    assert "|  |  | `hedged` |" in table
    assert "| 2 | The port is open. | – |" in table
    assert long not in table


def test_two_readers_are_compared_as_the_program_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What one of them alone labels counts against both; a statement that the first did not label is an error."""
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    told = [{"id": "a", "doubts": [{"kind": "hedged"}]}, {"id": "b", "doubts": [{"kind": "hedged"}]}, {"id": "c"}]
    second.write_text("\n".join(map(json.dumps, told)), encoding="utf-8")
    assert agreement.main([str(first), str(second)]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"hedged\s+0\.667\s+1\s+0\s+1\n", printed)
    assert re.search(r"attributed\s+0\.000\s+0\s+1\s+0\n", printed)
    assert "the second flags 100.000" in printed
    second.write_text('{"id": "z"}', encoding="utf-8")
    assert agreement.main([str(first), str(second)]) == 2
    assert "z is not in the first reader's set" in capsys.readouterr().err
