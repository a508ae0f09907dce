"""The readers of doubts beside the rules: what they are given, how both are weighed, which words they show, and what they leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant import wiring
from assistant.answer import DoubtKind
from assistant.chain import Assistant
from assistant.checking.deterministic import Deterministic
from assistant.doubts import Finding, by_rules
from assistant.doubts.reading import LANGUAGES, Known, Reader, as_read, likelihood, limits, reasons
from assistant.doubts.seen import AROUND, CHARACTERS, KINDS, SIGNS, characters, pieces, signed
from assistant.drafts import Checker, draft_of
from assistant.settings import Settings
from ingest.document import Document, Metadata, Span, Statement
from ingest.sentences import statements
from ingest.sources import from_record
from vectorstore.embedding import DEFAULT_WEIGHTS_SHA256, HashingEmbedder
from vectorstore.network_marking import PARTS, NetworkMarker, Signed, fresh, side_by_side, vocabulary
from vectorstore.pair_encoding import AdapterError, Ids
from vectorstore.store import Store
from vectorstore.token_marking import Marked, Marker

BODY = "Harbour dues\n\nThe quay reopened on Monday. It may close again in June. Traders await the date."
CHINESE = "码头收费\n\n码头周一重新开放。六月可能再次关闭。商户等待公布日期。"


class Told(Marker):
    """A marker that tells a kind by given logits, on the word piece at a place, and nothing else."""

    def __init__(self, kind: DoubtKind, logit: float, at: int = 0) -> None:
        super().__init__(Path("nowhere"))
        self.kind, self.logit, self.at = KINDS.index(kind), logit, at
        self.asked: list[tuple[Ids, Ids]] = []

    def marked(self, read):
        self.asked += read
        return [self._marked(len(own) + len(around)) for own, around in read]

    def _marked(self, length: int) -> Marked:
        told = np.full((length, len(KINDS)), -9.0)
        told[min(self.at, length - 1), self.kind] = self.logit
        return Marked(told.max(0), told)


class ToldByNetworks(NetworkMarker):
    """The same, on the symbol at a place."""

    def __init__(self, kind: DoubtKind, logit: float, at: int = 0) -> None:
        super().__init__(Path("nowhere"))
        self._told = Told(kind, logit, at)
        self.asked: list[Signed] = []

    def marked(self, read):
        self.asked += read
        return self._told.marked([(each.symbols, ()) for each in read])


def reader(kind: DoubtKind, logit: float, at: int = 0) -> Reader:
    """All models tell the same."""
    return Reader(Told(kind, logit, at), {spoken: ToldByNetworks(kind, logit, at) for spoken in LANGUAGES})


def document(text: str) -> Document:
    return Document(
        id="a", title="Harbour dues", text=text, source="a.txt", media_type="text/plain", statements=statements(text)
    )


def read(text: str = BODY) -> list[tuple[Document, Statement]]:
    held = document(text)
    return [(held, each) for each in held.statements]


def test_what_was_read_is_kept_and_what_is_known_of_a_document_reads_it_anew() -> None:
    body = Told("hedged", 9.0)
    kept = Reader(body, {spoken: ToldByNetworks("hedged", 9.0) for spoken in LANGUAGES})
    first = kept(read())
    asked = len(body.asked)
    assert kept([*read(), read()[0]]) == [*first, first[0]]
    assert len(body.asked) == asked == len(read())
    for other in (
        replace(document(BODY), metadata=Metadata(kind="notice")),
        replace(document(BODY), warnings=("cut off",)),
        document(f"{BODY} More."),
    ):
        kept([(other, other.statements[0])])
        asked += 1
        assert len(body.asked) == asked


def test_what_is_read_is_the_statement_and_what_stands_around_it() -> None:
    """Each piece knows where it stands in the document, to the character; the words that name the parts stand nowhere."""
    (held, first), (_, second), (_, last) = read()
    found = pieces(held, second)
    own, around = found.spans[: len(found.own)], found.spans[len(found.own) :]
    assert " ".join(held.quote(each) for each in own if each) == "It may close again in June ."
    told = "".join(" " if each is None else held.quote(each) for each in around)
    assert told.split() == ["Tradersawaitthedate.", "ThequayreopenedonMonday.", "Harbourdues"]
    names = [name for name, _ in AROUND]
    assert [names.index(name) for name in ("then", "before", "head")] == sorted(
        names.index(name) for name in ("then", "before", "head")
    )
    assert pieces(held, first).own != found.own != pieces(held, last).own


def test_long_statements_and_much_around_them_are_cut() -> None:
    """What is read has an end, and no piece that is left out is shown."""
    held = document("It was " + "very " * 400 + "late. " + "So " * 300 + "it closed.")
    found = pieces(held, held.statements[0])
    assert len(found.own) + len(found.around) == len(found.spans) <= 221


def test_a_sure_reader_adds_a_doubt_on_its_own_words() -> None:
    """A doubt that no rule finds is raised where the reader is sure, on the piece that tells, with its reason."""
    first = read()[:1]
    assert by_rules(first) == [()]
    [[found]] = reader("questioned", 9.0, at=2)(first)
    assert found.kind == "questioned"
    assert found.words is not None
    assert first[0][0].quote(found.words) == "reopened"
    assert found.reason == reasons("en")["questioned"].replace("{words}", "reopened")
    assert reader("questioned", -9.0)(first) == [()]


def test_a_rule_stands_where_the_reader_hesitates_and_falls_where_it_is_sure() -> None:
    """Both are weighed: a leaning that is too weak alone is enough beside a rule, whose reason and words are shown."""
    assert reader("hedged", 1.0)(read()[:1]) == [()]
    second = read()[1:2]
    [[ruled]] = by_rules(second)
    assert ruled.kind == "hedged"
    assert reader("hedged", 1.0)(second) == [(ruled,)]
    assert reader("hedged", -9.0)(second) == [()]


def test_a_note_farther_off_is_read_too() -> None:
    """A note under a list, or at the foot behind the statement's mark, is given to the reader under its name."""
    items = "\n".join(f"- Berth {n} has {n} cranes." for n in range(1, 9))
    listed = document(f"Berths:\n\n{items}\n\nNote: these counts could not be independently confirmed.")
    marked = document("It has 9 cranes.* It is long. It is old. It is wide. It is blue.\n\n* Nobody counted them.")
    for held, words in ((listed, "could not be independently"), (marked, "Nobody counted them")):
        found = pieces(held, held.statements[0])
        told = "".join(" " if each is None else f"{held.quote(each)} " for each in found.spans)
        assert words in told
    assert "Nobody" not in str([marked.quote(each) for each in pieces(marked, marked.statements[1]).spans if each])


def test_a_rule_that_goes_by_words_out_of_sight_stands() -> None:
    """Of a caveat that the reader was not given it cannot judge, however sure it is."""
    items = "".join(f"Berth {n} is long. " for n in range(1, 9))
    held = document(f"Landings rose by 12% to 840 tonnes. {items}\n\nAll results given above are provisional.")
    first = [(held, held.statements[0])]
    [ruled] = by_rules(first)
    [caveat] = [each for each in ruled if each.kind == "self_reported"]
    assert caveat in reader("self_reported", -9.0)(first)[0]


def test_a_note_in_the_statement_beside_means_that_one() -> None:
    """However sure the reader is, a bracket touches the statement it stands in."""
    held = document("The quay reopened. The crane moved 900 tonnes (Ed. note: nobody weighed them). It is red.")
    first, second, _ = held.statements
    at = next(n for n, span in enumerate(pieces(held, first).spans) if span and held.quote(span) == "nobody")
    assert reader("questioned", 9.0, at)([(held, first)]) == [()]
    own = next(n for n, span in enumerate(pieces(held, second).spans) if span and held.quote(span) == "nobody")
    [[found]] = reader("questioned", 9.0, own)([(held, second)])
    assert found.kind == "questioned"


def test_doubts_come_in_their_order_each_kind_once() -> None:
    """What would change a reader's mind first is first, whoever found it."""
    [found] = reader("questioned", 9.0, at=2)(read()[1:2])
    kinds = [each.kind for each in found]
    assert kinds == sorted(set(kinds), key=KINDS.index)
    assert kinds[0] == "questioned"


def test_other_languages_are_the_rules_alone() -> None:
    """Each reader is asked of its language, and none of another."""
    text = "Le quai est fermé depuis lundi, selon la mairie."
    body, networks = Told("questioned", 9.0), {spoken: ToldByNetworks("questioned", 9.0) for spoken in LANGUAGES}
    assert Reader(body, networks)(read(text)) == by_rules(read(text))
    assert body.asked == networks["en"].asked == networks["zh"].asked == []
    Reader(body, networks)([*read(), *read(CHINESE)])
    assert len(body.asked) == len(networks["en"].asked) == len(networks["zh"].asked) == 3


def test_body_and_networks_are_weighed_together() -> None:
    """Neither alone is enough for what both together raise."""
    limit = limits("en")["questioned"]
    enough = -limit.bias / sum(limit.weights) + 0.5
    for body, network, raised in ((enough, enough, True), (enough, -enough, False), (-enough, enough, False)):
        told = Reader(
            Told("questioned", body), {"en": ToldByNetworks("questioned", network), "zh": ToldByNetworks("hedged", 0)}
        )
        assert bool(told(read()[:1])[0]) == raised


def test_networks_read_english_in_word_pieces() -> None:
    """The words that name a part give way to its number; every other piece is as the body knows it."""
    held, second = read()[1]
    cut = pieces(held, second)
    symbols = signed(cut, ()).symbols
    numbers = [*cut.own, *cut.around]
    named = [n for n, span in enumerate(cut.spans) if span is None]
    assert [each for n, each in enumerate(symbols) if n not in named] == [
        each for n, each in enumerate(numbers) if n not in named
    ]
    names = [name for name, _ in AROUND]
    assert [names[number - 1] for number in dict.fromkeys(symbols[n] for n in named)] == ["then", "before", "head"]
    assert max(symbols[n] for n in named) < PARTS <= min(each for n, each in enumerate(symbols) if n not in named)


def test_a_chinese_statement_is_read_by_its_characters() -> None:
    """What is read is the statement and what stands around it, each part opened by its number, with what rules find marked on it."""
    first, second, _ = read(CHINESE)
    cut = characters(*second)
    told = "".join("|" if span is None else second[0].quote(span) for span in cut.spans)
    assert told == "六月可能再次关闭。|商户等待公布日期。|码头周一重新开放。|码头收费"
    opened = [number for number, span in zip([*cut.own, *cut.around], cut.spans, strict=True) if span is None]
    names = list(CHARACTERS)
    assert [names[number - 1] for number in opened] == ["then", "before", "head"]
    [ruled] = by_rules([second])
    signs = signed(cut, ruled).signs
    assert signs.shape == (len(cut.spans), SIGNS)
    hedged = KINDS.index("hedged")
    assert "".join(told[n] for n in np.flatnonzero(signs[:, hedged])) == "可能"
    assert signs[:, len(KINDS) + hedged].all()
    assert not signed(characters(*first), ()).signs.any()


def test_a_sure_reader_adds_a_doubt_in_chinese() -> None:
    """On the characters that tell, with a reason in Chinese; Chinese has no words to be filled up to."""
    first = read(CHINESE)[:1]
    assert by_rules(first) == [()]
    [[found]] = reader("questioned", 9.0, at=4)(first)
    assert found.words is not None
    assert first[0][0].quote(found.words) == "重"
    assert found.reason == reasons("zh")["questioned"].replace("{words}", "重")


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_likelihood_rises_with_the_logit(spoken: str) -> None:
    """For each kind a line of the right sign."""
    for kind in KINDS:
        limit = limits(spoken)[kind]
        low, high = ([logit] * len(limit.weights) for logit in (-1.0, 1.0))
        assert likelihood(limit, high, ruled=False) > likelihood(limit, low, ruled=False)
        assert min(limit.weights) > 0


def test_the_shipped_reader_finds_what_no_rule_finds() -> None:
    """Beside the rules: a doubt in words that no list has, and none where a permission stands."""
    told = read(
        "The mill was said to employ ninety. Nobody we spoke to on the quay would stand by that number. Visitors may bring dogs."
    )
    assert "questioned" not in {each.kind for each in by_rules(told)[0]}
    found = wiring.doubter(Settings(doubts="trained"))(told)
    assert "questioned" in {each.kind for each in found[0]}
    assert found[2] == ()


def test_the_shipped_chinese_reader_finds_what_no_rule_finds() -> None:
    """Beside the rules: a figure that the record contradicts in plain words, and a rule's permission left in peace."""
    told = read("仓库据厂方讲存有九百吨粮食。可账本上只有四百吨，两者对不上。申请人可以带狗进入。")
    assert "questioned" not in {each.kind for each in by_rules(told)[0]}
    found = wiring.doubter(Settings(doubts="trained"))(told)
    assert "questioned" in {each.kind for each in found[0]}
    assert found[2] == ()


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_one_by_one_is_as_together_by_networks(spoken: Known) -> None:
    """What is read in one batch is told as it is alone, up to rounding."""
    marker = NetworkMarker(wiring.DOUBTS_NETWORKS[spoken])
    chosen = read(CHINESE if spoken == "zh" else BODY)
    given = [signed(as_read(spoken)(*one), ruled) for one, ruled in zip(chosen, by_rules(chosen), strict=True)]
    for one, told in zip(given, marker.marked(given), strict=True):
        [alone] = marker.marked([one])
        assert alone.statement == pytest.approx(told.statement, abs=1e-3)
        assert told.pieces.shape == (len(one.symbols), len(KINDS))


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_networks_side_by_side_are_read_as_their_mean(tmp_path: Path, spoken: Known) -> None:
    """Each reads by itself; what they tell of each symbol is averaged."""
    from safetensors.torch import save_file  # noqa: PLC0415

    chosen = read(CHINESE if spoken == "zh" else BODY)
    given = [signed(as_read(spoken)(*one), ruled) for one, ruled in zip(chosen, by_rules(chosen), strict=True)]
    known = vocabulary([each.symbols for each in given], least=1) if spoken == "zh" else None
    characters = None if known is None else len(known)
    networks = [fresh(characters, SIGNS, len(KINDS), seed) for seed in (1, 2)]
    told = []
    for name, some in (("one", networks[:1]), ("other", networks[1:]), ("both", networks)):
        save_file(side_by_side(some), tmp_path / name, metadata=None if known is None else {"characters": known})
        told.append(NetworkMarker(tmp_path / name).marked(given)[0].pieces)
    one, other, both = told
    assert both == pytest.approx((one + other) / 2, abs=1e-5)
    assert one != pytest.approx(other, abs=1e-2)


def test_one_by_one_is_as_together() -> None:
    """What is read in one batch is told as it is alone, up to rounding."""
    marker = Marker(wiring.DOUBTS_ADAPTER, precision="float32")
    given = [(each.own, each.around) for each in (pieces(*one) for one in read())]
    for one, told in zip(given, marker.marked(given), strict=True):
        [alone] = marker.marked([one])
        assert alone.statement == pytest.approx(told.statement, abs=1e-3)
        assert told.pieces.shape == (len(one[0]) + len(one[1]), len(KINDS))


def test_an_adapter_for_another_body_is_refused(tmp_path: Path) -> None:
    """A damaged or foreign adapter says so, and how to mend it."""
    from safetensors.torch import save_file  # noqa: PLC0415

    (tmp_path / "damaged.safetensors").write_bytes(b"no adapter")
    save_file({"a": torch.zeros(1)}, tmp_path / "foreign.safetensors", metadata={"body": DEFAULT_WEIGHTS_SHA256[::-1]})
    for name in ("damaged", "foreign", "missing"):
        with pytest.raises(AdapterError):
            Marker(tmp_path / f"{name}.safetensors").marked([([2001], [])])


def test_damaged_networks_are_refused(tmp_path: Path) -> None:
    """They say so, and how to go on; networks over word pieces that hold characters are none."""
    from safetensors.torch import save_file  # noqa: PLC0415

    (tmp_path / "damaged.safetensors").write_bytes(b"no network")
    save_file({"a": torch.zeros(1)}, tmp_path / "foreign.safetensors")
    save_file(side_by_side([fresh(9, SIGNS, len(KINDS), 1)]), tmp_path / "unlettered.safetensors")
    for name in ("damaged", "foreign", "missing", "unlettered"):
        with pytest.raises(AdapterError, match=name) as raised:
            NetworkMarker(tmp_path / f"{name}.safetensors").marked([signed(characters(*read(CHINESE)[0]), ())])
        assert "CAVEAT_DOUBTS=rules" in raised.value.hint


def test_what_no_statement_needs_is_not_loaded(tmp_path: Path) -> None:
    """English answers need no file but their own, and wait for no other."""
    missing = NetworkMarker(tmp_path / "missing.safetensors")
    assert missing.marked([]) == []
    networks = {"en": ToldByNetworks("questioned", -9.0), "zh": missing}
    assert Reader(Told("questioned", -9.0), networks)(read()[:1]) == [()]


def test_rules_alone_can_be_set() -> None:
    """Who wants no trained reader sets it."""
    assert wiring.doubter(Settings(doubts="rules")) is by_rules


def first_word(read: Sequence[tuple[Document, Statement]]) -> list[tuple[Finding, ...]]:
    """Finds every statement questioned, on its first word."""
    found = []
    for held, statement in read:
        start = statement.span.start
        word = Span(start=start, end=start + len(held.quote(statement.span).split()[0]))
        found.append((Finding(kind="questioned", reason="By its first word.", evidence=(word,), words=word),))
    return found


def test_answers_and_drafts_show_what_the_named_finder_finds(hashing_store: Store) -> None:
    """Quoted claims and checked drafts alike, each with the words cited to the character."""
    text = "Fees at the east quay are waived until June. Dogs stay ashore."
    list(hashing_store.ingest([from_record({"text": text, "title": "Quay fees"}, "api:")]))
    question = "Until when are fees at the east quay waived?"
    answer = Assistant(hashing_store, doubter=first_word).answer(question)
    assert answer.id != Assistant(hashing_store).answer(question).id
    checker = Checker(Deterministic(), HashingEmbedder(), doubter=first_word)
    [source] = [from_record({"text": text}, "api:")]
    [checked] = checker.check(draft_of("Fees at the east quay are waived until June."), [source])
    for claim in (answer.claims[0], checked):
        [doubt] = [each for each in claim.doubts if each.reason == "By its first word."]
        assert [each.quote for each in doubt.evidence] == ["Fees"]
