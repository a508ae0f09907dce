"""The reader of answers beside words and meaning: what it is given, what it tells of each statement, and what becomes of a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant import wiring
from assistant.absent import absent
from assistant.answer import Answer
from assistant.answering import Place, by_words
from assistant.answering.limits import Features, default_limits
from assistant.answering.reading import Reader
from assistant.answering.seen import CHARACTERS, LONGEST, QUESTION, characters, pieces
from assistant.answering.speaking import asked_for
from assistant.chain import Assistant
from assistant.quoting import ranked
from assistant.settings import Settings
from assistant.versions import versions
from ingest.document import Document, Span
from ingest.sources import from_record
from vectorstore.embedding import HashingEmbedder
from vectorstore.network_marking import NetworkMarker, Signed
from vectorstore.pair_encoding import Ids
from vectorstore.retrieval import Passage
from vectorstore.store import Store
from vectorstore.token_marking import Marked, Marker, word_pieces

TITLE = "Quay of Tolmen"
BODY = (
    "The quay of Tolmen reopened on 4 March. Lorries must book a slot one day ahead. "
    "The harbour office looks after the cranes. Traders had asked for longer hours."
)
ZH_BODY = "码头于三月四日重新开放。港务处负责吊车的保养。货车须提前一天预约。"
QUESTION_ASKED = "When did the quay of Tolmen reopen?"


class Told(Marker):
    """A marker that tells that one word piece of each passage answers, and nothing else."""

    def __init__(self, piece: str, logit: float) -> None:
        super().__init__(Path("nowhere"))
        self.piece, self.logit = piece, logit
        self.asked: list[tuple[Ids, Ids]] = []

    def marked(self, read: Sequence[tuple[Ids, Ids]]) -> list[Marked]:
        [number] = [number for number, _, _ in word_pieces(self.piece)]
        self.asked += read
        found = []
        for question, passage in read:
            told = np.full((len(question) + len(passage), 1), -9.0, np.float32)
            told[[n + len(question) for n, each in enumerate(passage) if each == number]] = self.logit
            found.append(Marked(told.max(0), told))
        return found


class ToldByNetworks(NetworkMarker):
    """The same of Chinese: one character of each passage answers."""

    def __init__(self, character: str, logit: float) -> None:
        super().__init__(Path("nowhere"))
        self.character, self.logit = character, logit
        self.asked = 0

    def marked(self, read: Sequence[Signed]) -> list[Marked]:
        self.asked += len(read)
        told = [np.where(np.array(each.symbols) == ord(self.character), self.logit, -9.0)[:, None] for each in read]
        return [Marked(each.max(0), each) for each in told]


def reader(piece: str = "cranes", character: str = "吊") -> Reader:
    return Reader(Told(piece, 4.0), ToldByNetworks(character, 4.0))


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    with Store(tmp_path / "home", HashingEmbedder()) as held:
        list(held.ingest([from_record({"_id": "quay", "title": TITLE, "text": BODY}, "test")]))
        held.follow()
        yield held


def passages(store: Store, question: str = QUESTION_ASKED) -> tuple[Passage, ...]:
    return store.retriever.search(question, limit=5).passages


def said(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


def answering(words: str, logit: float, least: float = -9.0):
    """An Answering for which the statements that hold some words answer, and the others do not."""

    def tell(_: str, found: Sequence[Passage]) -> Mapping[Place, float]:
        return {
            (each.document.id, n): logit if words in each.document.quote(statement.span) else least
            for each in found
            for n, statement in enumerate(each.document.statements)
        }

    return tell


def test_what_is_read_is_the_question_the_title_and_the_passage(store: Store) -> None:
    """Each piece of the passage knows where it stands in the document, to the character; the title's stand nowhere."""
    [passage] = passages(store)
    found = pieces("Who runs the cranes?", passage.document, passage.chunk)
    assert len(found.passage) == len(found.spans)
    told = [passage.document.quote(span) for span in found.spans if span is not None]
    assert "".join(told) == passage.text.replace(" ", "")
    assert found.spans[0] is None
    assert found.spans.count(None) == len(found.spans) - len(told) > 0


def test_long_questions_and_passages_are_cut(store: Store) -> None:
    """What is read at once has an end."""
    [passage] = passages(store)
    long = Document(id="a", title="t " * 200, text="word " * 900, source="", media_type="text/plain", statements=())
    found = pieces("why " * 100, long, replace(passage.chunk, span=Span(start=0, end=4000)))
    assert len(found.question) == QUESTION
    assert len(found.question) + len(found.passage) + 3 == LONGEST


def test_a_statement_answers_as_its_words_do(store: Store) -> None:
    """What one word tells is told of the statement that it stands in, and of no other."""
    found = passages(store)
    told = reader()("Who runs the cranes?", found)
    document = found[0].document
    assert {position for (_, position), logit in told.items() if logit > 0} == {
        n for n, each in enumerate(document.statements) if "cranes" in document.quote(each.span)
    }
    assert set(told) == {(document.id, n) for n in range(len(document.statements))}


def test_a_chinese_name_in_an_english_question_leaves_it_to_the_english_reader(store: Store) -> None:
    """What language a question is in tells who reads it, not one of its words."""
    assert max(reader()("Who runs the cranes (吊车) of the quay?", passages(store)).values()) > 0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("码头何时重开？", BODY),
        ("What does 第六条 of the notice provide?", "码头于三月四日重新开放。第六条 货车须提前一天预约。"),
        (QUESTION_ASKED, "码头于三月四日重新开放。货车须提前一天预约。"),
    ],
)
def test_other_languages_are_not_read(tmp_path: Path, question: str, text: str) -> None:
    """Of passages in another language than the question nothing is told, and no model is asked."""
    with Store(tmp_path / "home", HashingEmbedder()) as held:
        list(held.ingest([from_record({"_id": "quay", "title": "Quay", "text": text}, "test")]))
        held.follow()
        marker, networks = Told("cranes", 4.0), ToldByNetworks("吊", 4.0)
        assert Reader(marker, networks)(question, held.retriever.search(question, limit=5).passages) == {}
        assert not marker.asked
        assert not networks.asked


def test_a_chinese_statement_answers_as_its_characters_do(tmp_path: Path) -> None:
    """Question, title and passage are read as characters; what one tells is told of the statement that it stands in."""
    with Store(tmp_path / "home", HashingEmbedder()) as held:
        list(held.ingest([from_record({"_id": "quay", "title": "港口公告", "text": ZH_BODY}, "test")]))
        held.follow()
        found = held.retriever.search("吊车谁管？", limit=5).passages
        [passage] = found
        cut = characters("吊车谁管？", passage.document, passage.chunk)
        told = Reader(Told("cranes", 4.0), ToldByNetworks("吊", 4.0))("吊车谁管？", found)
    assert "".join(passage.document.quote(span) for span in cut.spans if span is not None) == passage.text
    assert "".join(map(chr, cut.question)) == "吊车谁管？"
    assert len(cut.passage) == len(cut.spans)
    assert {position for (_, position), logit in told.items() if logit > 0} == {1}
    long = Document(id="a", title="题" * 200, text="字" * 900, source="", media_type="text/plain", statements=())
    cut = characters("问" * 100, long, replace(passage.chunk, span=Span(start=0, end=900)))
    assert len(cut.question) == CHARACTERS["question"]
    assert len(cut.passage) == CHARACTERS["title"] + CHARACTERS["passage"] + 2


def test_what_answers_is_quoted_first(store: Store) -> None:
    """A statement in other words than the question's is quoted where the reader finds that it answers."""
    question = "Who maintains the lifting gear at the quay of Tolmen?"
    by_reader = Assistant(store, answering=answering("cranes", 6.0)).answer(question)
    assert "The harbour office looks after the cranes." in said(by_reader)
    assert "The harbour office looks after the cranes." not in said(Assistant(store).answer(question))[:1]


def test_a_near_miss_is_refused_though_its_words_are_there(store: Store) -> None:
    """Sharing the question's words is not answering it."""
    assert not Assistant(store).answer(QUESTION_ASKED).refused
    missed = Assistant(store, answering=answering("", -9.0)).answer(QUESTION_ASKED)
    assert missed.refused
    assert missed.nearest
    assert missed.versions["answers"] == "trained"


def test_the_line_rises_with_what_the_reader_tells() -> None:
    """Each figure counts for an answer, and the reader's among them."""
    line = default_limits().read_line
    seen = Features(0.5, 0.5, 0.5, 0.0)
    for name in ("cosine", "passage", "answers"):
        assert line.above(seen._replace(**{name: 0.9})) > line.above(seen), name


def test_words_alone_can_be_set() -> None:
    """The setting leaves the reader out; by default it reads."""
    assert wiring.answering(Settings(answers="words")) is by_words
    assert wiring.answering(Settings(answers="trained")) is not by_words
    assert Settings.model_fields["answers"].default == "trained"
    assert by_words("Why?", ()) == {}


def test_runs_with_and_without_the_reader_are_told_apart(store: Store) -> None:
    """What makes an answer is in its versions: two runs that differ in the reader are never taken for one."""
    assert versions(store, Settings(answers="trained")) != versions(store, Settings(answers="words"))


def test_the_program_answers_with_the_shipped_reader(store: Store) -> None:
    """The whole way, as it ships: what the notice says is quoted, what no notice speaks of is refused."""
    shipped = wiring.assistant(store, Settings(answers="trained"))
    shipped.warm()
    assert "Lorries must book a slot one day ahead." in said(
        shipped.answer("Must lorries book a slot at the quay of Tolmen?")
    )
    assert shipped.answer("What is the capital of France?").refused


def test_those_passages_are_read_in_which_the_best_statements_stand(store: Store) -> None:
    """No more than are meant to be, each once, whatever was found."""
    seen: list[Sequence[Passage]] = []

    def tell(_: str, found: Sequence[Passage]) -> Mapping[Place, float]:
        seen.append(found)
        return {}

    Assistant(store, answering=tell).answer(QUESTION_ASKED)
    [read] = seen
    assert 0 < len(read) <= default_limits().read
    assert len({each.chunk.id for each in read}) == len(read)


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did several participants at the March meeting say about prices?", {"particip"}),
        ("How has the Board staff judged the risks?", {"staff"}),
        ("What did Chair Powell tell reporters?", {"powel"}),
        ("According to Mayor Ana Ruiz, when does the bridge open?", {"ruiz"}),
        ("In the view of the traders, are the hours too short?", {"trader"}),
        ("What does the notice say about lorries?", set()),
        ("What did the State Office decide?", set()),
        ("Which vans has Tolmen Express lent?", set()),
        ("青桥市卫健委怎么看健康码？", {"青桥", "桥市", "市卫", "卫健", "健委"}),
        ("按照第6号通知，几天后要删除？", set()),
    ],
)
def test_a_question_tells_whose_words_it_asks_for(question: str, who: set[str]):
    assert asked_for(question) == who


def test_the_words_of_those_who_are_asked_for_come_first(tmp_path: Path):
    body = (
        "The harbour office sets the hours of the quay for all traders. The harbour office said that the hours suffice. "
        "Traders said that the hours are too short."
    )
    with Store(tmp_path / "home", HashingEmbedder()) as held:
        list(held.ingest([from_record({"_id": "quay", "title": TITLE, "text": body}, "test")]))
        held.follow()
        measures = replace(wiring.assistant(held, Settings(home=tmp_path / "home")).measures(), answering=by_words)
        told = {}
        for who in ("traders", "the harbour office"):
            question = f"What did {who} say about the hours of the quay?"
            best = ranked(question, held.retriever.search(question, limit=5), measures)[0]
            told[who] = best.document.quote(best.statement.span)
    assert told == {
        "traders": "Traders said that the hours are too short.",
        "the harbour office": "The harbour office said that the hours suffice.",
    }


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the penalty for lorries at the quay of Tolmen?", ("penalty",)),
        ("When did the quay of Tolmen reopen, and why was it put back?", ()),
        ("Did Germany pay for the quay of Tolmen in 1997?", ("Germany", "pay", "1997")),
        ("Does the Tolmen Echo say when the quay reopened on 5 March 2021?", ()),
        ("Tolmen码头的罚款是多少？", ()),
    ],
)
def test_words_that_nothing_found_holds_are_told_where_their_absence_tells(
    tmp_path: Path, question: str, words: tuple[str, ...]
):
    """A question's verbs and the nouns of any subject have other words beside them; what a document states of itself counts as held."""
    record = {
        "_id": "quay",
        "title": TITLE,
        "text": BODY,
        "metadata": {"outlet": "Tolmen Echo", "issued": "2021-03-05"},
    }
    with Store(tmp_path / "home", HashingEmbedder()) as held:
        list(held.ingest([from_record(record, "test")]))
        held.follow()
        assert absent(question, held.retriever.search(question, limit=5)) == words
