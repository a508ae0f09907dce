"""Attributions: who says it, how, and over which words, to the character."""

import json
from pathlib import Path

import pytest

from assistant.doubts import attributions, find
from evals import attribution
from evals.attribution import overlap
from ingest.document import Document, Kind, Metadata
from ingest.sentences import statements

DATA = Path(__file__).parent / "nowhere"


def document(text: str, *, kind: Kind = "other", issuer: str | None = None) -> Document:
    metadata = Metadata(kind=kind, issuer=issuer)
    return Document(
        id="d", title="", text=text, source="d", media_type="text/plain", metadata=metadata, statements=statements(text)
    )


def said(text: str, position: int = -1) -> list[tuple[str, str, list[str]]]:
    """Speaker, verb and scope of each attribution of one statement of a text."""
    whole = document(text)
    found = attributions(whole, whole.statements[position])
    return [(whole.quote(each.speaker), each.verb, [whole.quote(span) for span in each.scope]) for each in found]


CASES = [
    ("The ministry said that the road was open.", "The ministry", "said", ["the road was open"]),
    ("The road was open, the ministry said on Monday.", "the ministry", "said", ["The road was open"]),
    (
        "Halden Compute, the largest operator, says its campus ran at 1.12.",
        "Halden Compute",
        "said",
        ["its campus ran at 1.12"],
    ),
    ("The park opens in May, says its director.", "its director", "said", ["The park opens in May"]),
    ("Deliveries doubled in a week, reported Xinhua.", "Xinhua", "reported", ["Deliveries doubled in a week"]),
    (
        "According to the port authority, four ships are waiting.",
        "the port authority",
        "according to",
        ["four ships are waiting"],
    ),
    (
        "Four ships are waiting, according to the port authority.",
        "the port authority",
        "according to",
        ["Four ships are waiting"],
    ),
    (
        "Alibaba's tools support these efforts, argues 21st Century Business Herald, adding that cities should learn from them.",
        "21st Century Business Herald",
        "argued",
        ["Alibaba's tools support these efforts", "cities should learn from them"],
    ),
    (
        "The stance of policy, they believed, should change only when data justified it.",
        "they",
        "believed",
        ["The stance of policy", "should change only when data justified it"],
    ),
    (
        "Some participants, however, saw the recent data as consistent with growth.",
        "Some participants",
        "seen",
        ["the recent data as consistent with growth"],
    ),
    (
        "Several participants expressed the view that rates could fall.",
        "Several participants",
        "expressed",
        ["rates could fall"],
    ),
    (
        "Participants continued to see the outlook as uncertain.",
        "Participants",
        "seen",
        ["the outlook as uncertain"],
    ),
    ("“The road is open,” said Li Wei, a driver.", "Li Wei", "said", ["The road is open"]),
    ("In Mr Tan's opinion, the gate should be closed.", "Mr Tan", "in the view of", ["the gate should be closed"]),
    ("工信部表示，复工率已达九成。", "工信部", "表示", ["复工率已达九成"]),
    ("据新华社报道，健康码已在全国推广。", "新华社", "据", ["健康码已在全国推广"]),
    ("“道路已经开通”，李伟说。", "李伟", "说", ["道路已经开通"]),
    ("云埠大学的一项研究发现，口罩有效。", "云埠大学", "据", ["口罩有效"]),
]


@pytest.mark.parametrize(("text", "speaker", "verb", "scope"), CASES)
def test_an_attribution_has_its_speaker_and_what_is_said_to_the_character(
    text: str, speaker: str, verb: str, scope: list[str]
):
    assert said(text)[0] == (speaker, verb, scope)


def test_two_speakers_of_one_sentence_have_a_scope_each():
    text = "A few participants noted that jobs grew, while several members judged that prices were high."
    assert [(speaker, scope) for speaker, _, scope in said(text)] == [
        ("A few participants", ["jobs grew"]),
        ("several members", ["prices were high"]),
    ]


def test_the_stance_of_the_verb_is_kept():
    stances = {
        verb: attributions(whole, whole.statements[0])[0].stance
        for verb in ("said", "claimed", "confirmed", "argued", "believed")
        for whole in [document(f"The company's lawyer {verb} that the app was safe.")]
    }
    assert stances == {
        "said": "neutral",
        "claimed": "distancing",
        "confirmed": "endorsing",
        "argued": "arguing",
        "believed": "holding",
    }


def test_a_pronoun_keeps_its_words_and_bears_the_name_it_stands_for():
    whole = document("Li Wei said that the road was open. He added that tolls were gone.")
    [found] = attributions(whole, whole.statements[1])
    assert (whole.quote(found.speaker), found.name) == ("He", "Li Wei")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("President George dissented because she believed that policy was right.", 'President George ("she")'),
        ("Mr. Bo Lin, the mayor, resigned because he thought that the bridge was unsafe.", 'Mr. Bo Lin ("he")'),
        ("Although participants expected a rise, they judged that it would pass.", 'participants ("they")'),
        ("President George met Mayor Ana Ruiz because she believed that policy was right.", "her"),
        ("The mayor resigned because he thought that the bridge was unsafe.", "him"),
        ("New York mayors resigned because he thought that the bridge was unsafe.", "him"),
    ],
)
def test_a_pronoun_stands_for_who_opens_its_sentence_or_is_told_as_an_object(text: str, name: str):
    whole = document(text)
    [found] = [each for each in find(whole, whole.statements[0]) if each.kind == "attributed"]
    assert f"by {name};" in found.reason
    assert len(found.evidence) == 1


def test_a_quotation_of_several_sentences_is_its_speaker_s_in_each():
    whole = document("“The road is open. We removed the last barrier on Monday,” said Li Wei, the foreman.")
    assert [each.kind for each in find(whole, whole.statements[0])] == ["attributed"]


def test_a_heading_before_the_speaker_is_no_part_of_the_name():
    text = "Staff Economic Outlook The staff projected that growth would slow."
    assert said(text)[0][0] == "The staff"


@pytest.mark.parametrize(
    "text",
    [
        "The notice says that operators must delete records.",
        "Operators, says the notice, must delete records.",
        "Participants discussed the risks to the outlook.",
        "The committee agreed to raise the fee.",
        "Spreads narrowed after the commission proposed that rules be eased.",
        "通知指出，各地要做好复工复产工作。",
    ],
)
def test_orders_topics_and_decisions_are_nobody_s_words(text: str):
    assert said(text) == []


def test_the_words_of_scopes_are_compared_as_often_as_they_stand():
    assert overlap("the road was open", "the road was open.") == 1.0
    assert overlap("the road", "the road was open") == pytest.approx(2 / 3)
    assert overlap("道路开通", "道路") == pytest.approx(2 / 3)
    assert overlap("", "the road") == 0.0


def test_the_command_counts_speakers_scopes_and_false_attributions(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Of two labelled attributions one speaker is right; of two quiet statements one is flagged."""
    body = "The ministry said that the road was open. The mayor told us that tolls were gone. The gate is green. Xinhua reported that it rained."
    text = {"name": "t", "title": "Roads", "body": body}
    rows = [
        {"id": "1", "text": text, "words": "The ministry said that the road was open.", "speaker": "The ministry", "scope": "the road was open"},
        {"document": "text:t", "words": "The mayor told us that tolls were gone.", "speaker": "The council", "scope": "tolls were gone"},
        {"document": "text:t", "words": "The gate is green.", "speaker": "", "scope": ""},
        {"document": "text:t", "words": "Xinhua reported that it rained.", "speaker": None, "scope": None},
    ]  # fmt: skip
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert attribution.main([str(path), "--show"]) == 0
    told = capsys.readouterr().out
    assert "speakers right to the character: 0.500 of 2" in told
    assert "false attributions:              1 of 2" in told
    assert "labelled: The council" in told


def test_a_statement_that_its_document_lacks_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    row = {"id": "1", "text": {"name": "t", "body": "The gate is green."}, "words": "The gate is red."}
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    assert attribution.main([str(path)]) == 2
    assert "does not hold" in capsys.readouterr().err
