"""The first verifier: support, misquotations, overstatements and quotations, on sentences written against the sample library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.checking import Deterministic, Judgement
from assistant.checking.duty import duties
from assistant.checking.measuring import figures, may_hold_numbers
from assistant.checking.naming import names
from assistant.checking.reading import _kin, language, match, telling
from evals.planted import LIBRARY
from ingest.pipeline import Ingested, ingest
from ingest.sentences import statements
from ingest.sources import gather
from tests.judged import judge, written
from vectorstore.embedding import HashingEmbedder, Progress
from vectorstore.retrieval import Passage
from vectorstore.vector_rows import Vector

LEDGER, WIRE = "harbour-ledger-health-code.md", "northgate-wire-health-code.html"
NOTICE, NOTICE_ZH = "mdi-2020-14-notice.md", "mdi-2020-14-notice-zh.txt"
GAZETTE, PASSES = "lowland-medical-gazette-research.md", "mdi-2020-9-road-passes.txt"
BRIEF, DIGEST, DAILY = "kestrel-business-brief-notice.pdf", "policy-lantern-digest.md", "qingqiao-daily-zh.txt"
WEEKLY, MERIDIAN = "eastern-freight-weekly-night-routes.docx", "meridian-economic-daily-remote-work.html"

CARRIED = [
    (LEDGER, "By 29 February 2020, two hundred cities were using the health code."),
    (LEDGER, "Harbour Ledger reported on 3 March 2020 that 200 cities used the health code."),
    (LEDGER, "Linqiao was the first city, on 11 February 2020."),
    (LEDGER, "The next version is due to arrive in May."),
    (LEDGER, "A family page for children and grandparents could be included."),
    (LEDGER, "Scanning took under ten seconds."),
    (WIRE, "Northgate Wire says that two people who did not want to be named expect the province may drop the two versions."),
    (WIRE, "Lanbei has 44 cities with the code and Donglu 39."),
    (NOTICE, "Platforms are obliged to remove listings of wild animals no later than 24 hours after finding them."),
    (NOTICE, "MDI IT [2020] 14 replaces notice MDI IT [2020] 6."),
    (NOTICE, "The Ministry of Digital Industry (MDI) wants local authorities to encourage platforms to waive fees until 30 June 2020."),
    (NOTICE, "Firms that have reopened must report head counts online weekly, by noon on Friday."),
    (NOTICE, "Location records have to be deleted by operators of a health code after 30 days."),
    (GAZETTE, "Each scan is read twice, says the gazette: “first by a program that Qinglu wrote, then by a doctor”."),
    (GAZETTE, "The joint reading room of Yunbu General Hospital and Qinglu opened on 17 February 2020."),
    (GAZETTE, "The room has three rules."),
    (PASSES, "A vehicle with a road pass may use bus lanes from 10 p.m. to 6 a.m."),
    (PASSES, "Counties have two working days to issue a road pass."),
    (BRIEF, "Several reports say that the ministry intends to issue a second notice on remote work."),
    (DIGEST, "Harbour Ledger reported that the health code had reached 200 cities."),
    (WEEKLY, "According to Eastern Freight Weekly, Feiyan Express has lent 400 vans to the command centre in Lanbei."),
    (MERIDIAN, "About 12 million people a day used Banshan Meet on 24 February 2020, according to Banshan."),
    (NOTICE_ZH, "鼓励平台在2020年6月30日以前免收小商户费用。"),
    (NOTICE_ZH, "健康码运营单位必须在三十天后删除位置记录。"),
    (DAILY, "截至2020年2月28日，平台上有1340家供应商。"),
    (DAILY, "据《启明财讯》报道，飞雁速运的夜间线路增加到38条。"),
]  # fmt: skip
WRONG = [
    (LEDGER, "misquoted", "contradicted", "By 29 February 2020, 300 cities were using the health code.", "300 cities"),
    (LEDGER, "misquoted", "contradicted", "By 27 February 2020, 200 cities were using the health code.", "27 February 2020"),
    (LEDGER, "misquoted", "contradicted", "Yunbu was the first city, where the code went live on 11 February 2020.", "Yunbu"),
    (LEDGER, "misquoted", "contradicted", "The next version of the code is expected to arrive in June.", "June"),
    (LEDGER, "misquoted", "contradicted", "A scan took more than ten seconds.", "ten seconds"),
    (WIRE, "misquoted", None, "Xihuai had 39 cities with the code.", "39 cities"),
    (WIRE, "misquoted", None, "The code was in use in Donglu from 17 February 2020.", None),
    (NOTICE, "misquoted", "contradicted", "Platforms must remove listings of wild animals within 24 days.", "24 days"),
    (NOTICE, "misquoted", "contradicted", "Reopened firms must report head counts online once a week, by noon on Monday.", "Monday"),
    (NOTICE, "misquoted", None, "Under MDI IT [2020] 12, operators must delete location records after 30 days.", None),
    (GAZETTE, "misquoted", "contradicted", "Yunbu General Hospital and Banshan opened a joint scan reading room on 17 February 2020.", "Banshan"),
    (GAZETTE, "misquoted", "not_found", "Each scan is read twice: “first by a doctor, then by a program”.", "first by a doctor, then by a program"),
    (PASSES, "misquoted", "contradicted", "The rule is valid until 12 February 2020.", None),
    (LEDGER, "overstated", "not_found", "The next version of the code will arrive in May.", None),
    (LEDGER, "overstated", "not_found", "The code will include a family page for children and grandparents.", None),
    (WIRE, "overstated", "not_found", "Nanqiu is preparing its own app.", None),
    (NOTICE, "overstated", "not_found", "Platforms must waive fees for small sellers until 30 June 2020.", "must"),
    (NOTICE, "overstated", "not_found", "Operators of a health code must publish the rule by which a colour is given.", "must"),
    (DIGEST, "overstated", "not_found", "The health code reached 200 cities by 29 February 2020.", None),
    (DIGEST, "overstated", "not_found", "Remote work tools have gained users since January.", None),
    (BRIEF, "overstated", "not_found", "The ministry plans a second notice on remote work.", None),
    (LEDGER, "unsupported", "contradicted", "Qinglu and Banshan have said that the two versions will be merged.", None),
    (LEDGER, "unsupported", "not_found", "Foreign investors praised the scheme for its simplicity.", None),
    (NOTICE_ZH, "misquoted", "contradicted", "平台必须在发现野生动物商品信息后48小时内予以删除。", "48小时"),
    (NOTICE_ZH, "overstated", "not_found", "平台必须在2020年6月30日前免收小商户费用。", "必须"),
    (DAILY, "misquoted", "contradicted", "截至2020年2月28日，平台共有1430家供应商。", None),
    (DAILY, "misquoted", "contradicted", "据《青桥晚报》报道，飞雁速运的夜间线路已增至38条。", None),
    (DAILY, "overstated", "not_found", "指挥中心将在云埠市设立第二个仓库。", None),
    (DAILY, "overstated", "not_found", "远程办公软件的用户大幅增加。", None),
    (DAILY, "unsupported", "not_found", "外国投资者对此表示赞赏。", None),
]  # fmt: skip


@cache
def library() -> Mapping[str, Ingested]:
    read = ingest(gather([str(LIBRARY / "documents")]), HashingEmbedder().measure)
    return {each.document.source.rsplit("/", 1)[-1]: each for each in read if isinstance(each, Ingested)}


def passages(name: str) -> list[Passage]:
    held = library()[name]
    return [Passage(chunk=chunk, document=held.document, score=1.0, found_by="both") for chunk in held.chunks]


@pytest.mark.parametrize(("name", "claim"), CARRIED)
def test_a_paraphrase_that_keeps_what_matters_is_supported_without_a_fault(name: str, claim: str) -> None:
    """Other words, other forms of numbers and dates, hedges and voices kept in any wording: nothing is raised."""
    judgement = judge(claim, passages(name))
    assert [fault.reason for fault in judgement.faults] == []
    assert judgement.verdict == "supported"
    assert 1 <= len(judgement.support) <= 4


@pytest.mark.parametrize(("name", "kind", "verdict", "claim", "words"), WRONG)
def test_a_sentence_that_changes_its_source_is_told_so(
    name: str, kind: str, verdict: str | None, claim: str, words: str | None
) -> None:
    """A changed number, date or name, a lost hedge or voice, a raised duty, an added or reversed sentence: its own kind of fault."""
    judgement = judge(claim, passages(name))
    faults = {fault.kind: fault for fault in judgement.faults}
    assert kind in faults
    assert judgement.verdict != "supported"
    assert verdict in {None, judgement.verdict}
    if words is not None:
        span = faults[kind].words  # type: ignore[index]
        assert span is not None
        assert claim[span.start : span.end] == words


def test_every_statement_of_the_library_supports_itself() -> None:
    """A sentence copied word for word is supported by that very statement, and nothing is raised about it."""
    checks = Deterministic()
    for held in library().values():
        for chunk in held.chunks:
            passage = Passage(chunk=chunk, document=held.document, score=1.0, found_by="both")
            for position in range(chunk.statements[0], chunk.statements[1] + 1):
                quoted = " ".join(held.document.quote(held.document.statements[position].span).split())
                judgement = checks.verify(quoted, [passage], [])
                assert judgement.faults == (), quoted
                assert position in {each.position for each in judgement.support}, quoted


def test_what_is_cited_wrongly_is_told_with_who_says_it() -> None:
    """A sentence that its own passage does not carry names the passage of the evidence that does, with its words."""
    judgement = judge("Counties must issue a road pass within two working days.", passages(WIRE), passages(PASSES))
    [fault] = judgement.faults
    assert (judgement.verdict, judgement.support, fault.kind) == ("not_found", (), "unsupported")
    assert "TEMPORARY RULE ON ROAD PASSES" in fault.reason
    [(document, span)] = fault.evidence
    assert document.quote(span).startswith("Counties must issue a road pass")


def test_a_sentence_without_markers_is_looked_for_in_all_of_the_evidence() -> None:
    """It is supported where something strongly carries it, and unsupported where nothing does."""
    evidence = [*passages(LEDGER), *passages(PASSES)]
    found = judge("Counties must issue a road pass within two working days of the application.", [], evidence)
    assert found.verdict == "supported"
    assert [each.document.source.rsplit("/", 1)[-1] for each in found.support] == [PASSES]
    lost = judge("Counties that issue no road pass lose their funds.", [], evidence)
    assert [fault.kind for fault in lost.faults] == ["unsupported"]
    assert judge("Anything at all.", [], []).verdict == "not_found"


def test_another_language_is_unchecked_and_its_numbers_are_compared() -> None:
    """A Chinese sentence on English evidence cannot be checked for sense, but a number that is not there is found."""

    class KnowsEnglish(HashingEmbedder):
        def understands(self, text: str) -> bool:
            return text.isascii()

    checks = Deterministic(KnowsEnglish())
    right = checks.verify("平台必须在24小时内删除野生动物商品信息。", passages(NOTICE), [])
    assert (right.verdict, [fault.kind for fault in right.faults]) == ("unchecked", ["unchecked"])
    assert "24 hours" in right.support[0].document.quote(right.support[0].statement.span)
    wrong = checks.verify("平台必须在48小时内删除野生动物商品信息。", passages(NOTICE), [])
    assert (wrong.verdict, [fault.kind for fault in wrong.faults]) == ("not_found", ["misquoted"])
    assert "语言不同" in right.faults[0].reason


@pytest.mark.parametrize(
    ("source", "claim", "kinds"),
    [
        ("Rates rose, and may rise again in April.", "Rates rose.", []),
        ("Rates rose, and may rise again in April.", "Rates will rise again in April.", ["overstated"]),
        ("Deliveries may fall in May.", "Deliveries fall in May.", ["overstated"]),
        ("Sales rose by about 1,342 tonnes.", "Sales rose by about 1,350 tonnes.", []),
        ("Sales rose by 1,342 tonnes.", "Sales rose by 1,300 tonnes.", ["misquoted"]),
        ("The ban lasts one week.", "The ban lasts seven days.", []),
        ("Rates fell to 4.75 percent.", "Rates fell to 4-3/4 per cent.", []),
        ("Exports fell by 3 percent and imports by 8 percent.", "Imports fell by 3 percent and exports by 8 percent.", []),
        ("The office asked firms to close early.", "Firms must close early.", ["overstated"]),
        ("Firms must close early.", "Firms are asked to close early.", []),
        ("The plant opened in March, Mr Tan said.", "Mr Tan said the plant opened in March.", []),
        ("The plant opened in March, Mr Tan said.", "The plant opened in March.", ["overstated"]),
        ("The fee is not refunded to visitors.", "The fee is refunded to visitors.", ["unsupported"]),
        ("The fee is refunded to visitors.", "The fee is not refunded to visitors.", ["unsupported"]),
        ("He called the plan 'a first step'.", "He called the plan “a first step”.", []),
        ("He called the plan “a first step”.", "He called the plan “a last step”.", ["misquoted"]),
        ("It opens at half past five.", "It opens at 5:30.", []),
        ("The shop is open from 2 to 6 March 2020.", "The shop is open from 2 to 9 March 2020.", ["misquoted"]),
    ],
)  # fmt: skip
def test_small_cases(source: str, claim: str, kinds: list[str]) -> None:
    """What a rule is for, one sentence against one sentence."""
    assert [fault.kind for fault in judge(claim, [written(source)]).faults] == kinds


@pytest.mark.parametrize(
    ("claim", "source", "overstated"),
    [
        (
            "The dance grew out of the reel.",
            "The dance grew out of the reel, and is commonly considered a form of it.",
            False,
        ),
        (
            "The dance is a form of the reel.",
            "The dance grew out of the jig, and is commonly considered a form of the reel.",
            True,
        ),
        ("The bridge is unsafe.", "The bridge is widely believed to be unsafe.", True),
        ("The play was first given in 1931.", "The play, critically acclaimed, was first given in 1931.", False),
    ],
)
def test_a_passive_lies_on_its_own_clause(*, claim: str, source: str, overstated: bool) -> None:
    assert any(fault.kind == "overstated" for fault in judge(claim, [written(source)]).faults) is overstated


def test_a_weaker_word_made_certain_is_overstated() -> None:
    """A claim that follows its source but for a word that makes certain shows both words; the source's own certainty may stay."""
    source = "Participants suggested that conditions in the labor market remained strong."
    judgement = judge(source.replace("suggested", "proved"), [written(source)])
    shown = {source[span.start : span.end] for fault in judgement.faults for _, span in fault.evidence}
    assert [fault.kind for fault in judgement.faults] == ["overstated"]
    assert "suggested" in " ".join(shown)
    certain = source.replace("suggested", "confirmed")
    assert judge(certain.replace("strong", "strong indeed"), [written(certain)]).faults == ()


def test_a_clause_that_nothing_carries_is_told_although_the_rest_is_carried() -> None:
    """What is put before a good sentence, or behind it, is named; a title or a paraphrase before a colon is not."""
    good = "Operators of a health code must delete location records after 30 days."
    for claim, words in (
        (f"The ferry is free forever: {good}", "The ferry is free forever"),
        (f"{good[:-1]}; foreign visitors drink lemonade.", "foreign visitors drink lemonade."),
        ("全城停水三天：健康码运营单位必须在30日后删除位置记录。", "全城停水三天"),
    ):
        name = NOTICE_ZH if "健康" in claim else NOTICE
        judgement = judge(claim, passages(name))
        fault = next(each for each in judgement.faults if each.kind == "unsupported")
        assert judgement.verdict == "not_found"
        assert fault.words is not None
        assert claim[fault.words.start : fault.words.end] == words
    for claim in (f"Duties of platforms and operators: {good}", f"Location data: {good}"):
        assert judge(claim, passages(NOTICE)).verdict == "supported", claim


@pytest.mark.parametrize(
    ("source", "front"),
    [
        ("The notice applies to every internet platform in the province.", "It applies to no internet platform"),
        ("At the gate 1,900 people passed between seven and nine in the morning.", "Title Rule Nine"),
    ],
)
def test_a_part_is_carried_neither_by_its_denial_nor_by_a_bare_number(source: str, front: str) -> None:
    """What a statement affirms does not carry a part that denies it, nor does a number that it has for something else."""
    judgement = judge(f"{front}: {source}", [written(source)])
    assert judgement.verdict != "supported"
    assert [fault.kind for fault in judgement.faults] == ["unsupported"]


def test_cheap_looks_leave_nothing_out() -> None:
    """What is asked before figures are read, and before words of one family are compared, holds for all that is found without it."""
    texts = [
        held.document.text[each.span.start : each.span.end]
        for held in library().values()
        for each in held.document.statements
    ]
    counting = [text for text in texts if any(each.kind == "number" for each in figures(text))]
    assert len(counting) > 50
    assert all(may_hold_numbers(text) for text in counting)
    assert not all(may_hold_numbers(text) for text in texts)
    known = frozenset(term for text in texts for term in telling(text))
    kin = {term for term in known if any(_kin(term, other) for other in known - {term})}
    assert kin
    assert all(match(term, known - {term}) > 0 for term in kin if term.isascii() and term.isalpha())


def test_names_of_the_question_need_no_source() -> None:
    """A name that the reader asked about may stand in the answer; one that replaces another may not."""
    source = written("The office answers within one day.")
    asked = "How fast does the office in Yunbu answer?"
    assert judge("The office in Yunbu answers within one day.", [source], question=asked).faults == ()
    other = judge("The office in Shitan answers within one day.", [source], question=asked)
    assert [fault.kind for fault in other.faults] == ["misquoted"]


def test_a_reason_is_in_the_language_of_the_claim_and_names_the_words() -> None:
    """One sentence, with the claim's words and the source's."""
    [fault] = judge("By 29 February 2020, 300 cities used the health code.", passages(LEDGER)).faults
    assert fault.reason == "The source says “200 cities used”, not “300 cities used”."
    [fault] = judge("平台必须在发现野生动物商品信息后48小时内予以删除。", passages(NOTICE_ZH)).faults
    assert fault.reason == "原文为“24小时”，而不是“48小时”。"


def test_the_embedder_is_asked_once_and_only_where_words_leave_it_open() -> None:
    """A copied sentence costs no embedding, a paraphrase one call."""

    class Counting(HashingEmbedder):
        calls = 0

        def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
            self.calls += 1
            return super().embed(texts, progress)

    embedder = Counting()
    checks = Deterministic(embedder)
    checks.verify("The road pass is free of charge.", passages(PASSES), [])
    assert embedder.calls == 0
    checks.verify("Hauliers get such passes without having to pay.", passages(PASSES), [])
    assert embedder.calls == 1


PIECES = [
    "The", "ministry", "may", "must", "said", "that", "not", "24", "hours", "30", "日", "月", "12:30", "percent", "[2020]", "14", "号",
    "《", "》", "“", "”", "'", "约", "三十", "Linqiao", "MDI", "IT", "|", "\n", ",", "。", "1/0", "½", "…", "a.m.", "第", "条", "２０",
    "to", "5 March 2020", "周五", "鼓励", "必须", "one",
]  # fmt: skip
SOURCES = st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.lists(
    st.sampled_from(PIECES), max_size=25
).map(" ".join)
TEXTS = SOURCES | st.text(max_size=80)


@settings(max_examples=300, deadline=None)
@given(claim=TEXTS, source=SOURCES, question=TEXTS)
def test_no_text_raises_and_every_span_is_exact(claim: str, source: str, question: str) -> None:
    """Whatever is written, a judgement comes back: each kind of fault once, each span inside its text."""
    cited = [written(source)] if statements(source) else []
    judgement = judge(claim, cited, passages(DAILY), question)
    kinds = [fault.kind for fault in judgement.faults]
    assert len(kinds) == len(set(kinds))
    assert (judgement.verdict == "supported") == (not kinds)
    for fault in judgement.faults:
        assert fault.reason
        assert fault.words is None or fault.words.end <= len(claim)
        assert all(span.end <= len(document.text) for document, span in fault.evidence)
    assert judgement == judge(claim, cited, passages(DAILY), question)


def test_a_verifier_is_shared_by_threads() -> None:
    """Many threads get the judgements that one gets."""
    checks = Deterministic(HashingEmbedder())
    asked = [(claim, passages(name)) for name, claim in CARRIED] + [(row[3], passages(row[0])) for row in WRONG]

    def ask(each: tuple[str, list[Passage]]) -> Judgement:
        return checks.verify(each[0], each[1], [])

    alone = [ask(each) for each in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, asked)) == alone


@pytest.mark.parametrize(
    "piece", ["A", "ab ", '"', "“", "中", "1 ", "A b ", "The May 12 ", "X said that ", "不", "1,", "may "]
)
def test_a_long_sentence_costs_no_more_than_its_length(piece: str) -> None:
    """No text makes a check run away: ten thousand characters take well under a second or two."""
    judge(piece * (10_000 // len(piece)), passages(LEDGER))


def test_figures_names_and_duties_are_read_with_their_places() -> None:
    """The text of what is found stands at its characters."""
    text = "Under MDI IT [2020] 14 the Ministry of Digital Industry must reply to Banshan within 24 hours, by noon on Friday."
    assert [each.kind for each in figures(text)] == ["document", "number", "clock", "weekday"]
    assert [each.text for each in names(text)] == ["Ministry of Digital Industry", "Banshan"]
    assert [text[each.start : each.end] for each in duties(text)] == ["must"]
    assert all(text[each.start : each.end] == each.text for each in names(text))


def test_languages_are_told_by_writing_and_function_words() -> None:
    """A table is no foreign language, and German is."""
    assert language("What penalty do e-commerce platforms face if wildlife is still sold?") == "en"
    assert language("Lanbei | 44 | 11 February 2020") == "en"
    assert language("Die Plattform muss die Angebote innerhalb von 24 Stunden nach der Meldung entfernen.") == "other"
    assert language("平台必须在24小时内删除。") == "zh"
    assert telling("of the") == frozenset()
