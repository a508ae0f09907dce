"""Follow-ups: what leans on the conversation is made whole, and what stands alone is left as it is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.asking_back import choices
from assistant.conversation import Turn
from assistant.followup import standalone
from ingest.document import Chunk, Document, Metadata, Span
from vectorstore.retrieval import Found, Passage

EXPORTS = "What did Hubei export in 2020?"
RESUMED = "湖北省2020年什么时候恢复复工？"
WAIVED = "Must platforms waive fees?"
CHOICES = ("What is the deadline in the notice on health codes?", "What is the deadline in the notice on fees?")


def asked(question: str, *before: str, choices: tuple[str, ...] = (), answer: str = "") -> str:
    turns: list[Turn] = []
    for each in before:
        turns.append(Turn(question=each, standalone=standalone(each, turns), choices=choices, answer=answer))
    return standalone(question, turns)


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("and in 2021?", EXPORTS, "What did Hubei export in 2021?"),
        ("how about since 2019?", EXPORTS, "What did Hubei export since 2019?"),
        ("2019?", EXPORTS, "What did Hubei export in 2019?"),
        ("and in 2021?", WAIVED, "Must platforms waive fees in 2021?"),
        ("And in December?", "What was decided in July 2020?", "What was decided in December 2020?"),
        ("5月呢？", "湖北3月的出口是多少？", "湖北5月的出口是多少？"),
        ("2021年呢？", RESUMED, "湖北省2021年什么时候恢复复工？"),
        ("那2021年呢？", "平台必须减免费用吗？", "在2021年，平台必须减免费用吗？"),
        ("what about Guangdong?", EXPORTS, "What did Guangdong export in 2020?"),
        ("And for Guangdong?", EXPORTS, "What did Guangdong export in 2020?"),
        ("what about Hubei?", WAIVED, "Must platforms waive fees in Hubei?"),
        ("What about Kestrel Brief?", "Did the Harbour Ledger report it?", "Did the Kestrel Brief report it?"),
        ("那湖南呢？", RESUMED, "湖南2020年什么时候恢复复工？"),
        ("那湖北呢？", "平台必须减免费用吗？", "在湖北，平台必须减免费用吗？"),
    ],
)
def test_another_year_or_place_takes_the_place_of_the_last(question: str, before: str, whole: str) -> None:
    """A follow-up that names a year, a place or a name asks the last question of it."""
    assert asked(question, before) == whole


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("How are they created?", "What are intents?", "How are intents created?"),
        ("Can you tell me about its policies?", "What is RBAC?", "Can you tell me about RBAC's policies?"),
        ("Who issued it?", WAIVED, "Who issued it? (Must platforms waive fees?)"),
        ("the deadline?", WAIVED, "the deadline? (Must platforms waive fees?)"),
        ("and fees?", "What must hotels publish?", "and fees? (What must hotels publish?)"),
        ("why?", WAIVED, "why? (Must platforms waive fees?)"),
        ("How so?", WAIVED, "How so? (Must platforms waive fees?)"),
        ("Which notice says that?", WAIVED, "Which notice says that? (Must platforms waive fees?)"),
        ("What happened there?", EXPORTS, "What happened there? (What did Hubei export in 2020?)"),
        ("How do I get one?", "What is a permit for?", "How do I get one? (What is a permit for?)"),
        (
            "How many suppliers did it have?",
            "When did the Lanbei command centre open its platform?",
            "How many suppliers did it have? (When did the Lanbei command centre open its platform?)",
        ),
        ("为什么？", RESUMED, "为什么？（湖北省2020年什么时候恢复复工？）"),
        ("截止日期呢？", RESUMED, "截止日期呢？（湖北省2020年什么时候恢复复工？）"),
        ("它有效吗？", RESUMED, "它有效吗？（湖北省2020年什么时候恢复复工？）"),
        ("它何时生效？", "《健康码通知》是什么？", "《健康码通知》何时生效？"),
        ("他们做了什么？", RESUMED, "他们做了什么？（湖北省2020年什么时候恢复复工？）"),
        ("那是为什么？", RESUMED, "那是为什么？（湖北省2020年什么时候恢复复工？）"),
    ],
)
def test_what_a_question_leaves_out_is_put_in(question: str, before: str, whole: str) -> None:
    """A pronoun, a bare question word or a bare aspect is searched with the subject of the last question."""
    assert asked(question, before) == whole


@pytest.mark.parametrize(
    "question",
    [
        "What is EBT?",
        "Is it possible to appeal a fine for late tax returns?",
        "What did the ministry say about semiconductor exports?",
        "If a firm loses its permit, can it appeal?",
        "How reliable is the health code?",
        "Who set up an emergency supply platform?",
        "What must hotels publish this year?",
        "平台必须减免费用吗？",
        "健康码的准确性如何？",
        "thank you",
    ],
)
def test_a_question_with_its_own_subject_is_left_as_it_is(question: str) -> None:
    """What stands alone is searched as it was put, in a conversation too."""
    assert asked(question, EXPORTS) == question


@pytest.mark.parametrize("reply", ["yes", "Sure.", "no", "tell me more", "是的", "好", "不", "继续"])
def test_a_yes_or_more_asks_the_last_question_again(reply: str) -> None:
    assert asked(reply, EXPORTS) == EXPORTS


@pytest.mark.parametrize(
    ("reply", "place"),
    [("yes", 0), ("是的", 0), ("好", 0), ("1", 0), ("the first", 0), ("the former", 0), ("第一个", 0), ("health codes", 0),
     ("the second one", 1), ("2", 1), ("第二个", 1), ("后者", 1), ("the last one", 1), ("The one on fees", 1)],
)  # fmt: skip
def test_a_choice_is_taken_by_its_number_or_its_words(reply: str, place: int) -> None:
    assert asked(reply, "What is the deadline?", choices=CHOICES) == CHOICES[place]


def test_words_that_fit_no_choice_or_several_choose_none() -> None:
    assert asked("Who signed the treaty?", "What is the deadline?", choices=CHOICES) == "Who signed the treaty?"
    assert asked("the third one", "What is the deadline?", choices=CHOICES) not in CHOICES
    assert asked("the notice", "What is the deadline?", choices=CHOICES) not in CHOICES


def test_a_counted_claim_is_named_by_its_words() -> None:
    """The second one is the second line of the answer."""
    answer = "Platforms waive fees.\nDelivery firms publish rates."
    assert (
        asked("Tell me more about the second one", "What must firms do?", answer=answer)
        == "Tell me more about the second one (Delivery firms publish rates.)"
    )


def test_a_subject_is_carried_on_and_courtesies_are_passed_over() -> None:
    """Follow-ups of follow-ups keep the subject, and do not grow."""
    assert asked("Is it available in Spanish?", "What does Terraform do?", "How does it work?") == (
        "Is Terraform available in Spanish?"
    )
    assert asked("and the penalty?", WAIVED, "the deadline?", "thank you") == f"and the penalty? ({WAIVED})"
    long = asked("why?", *[WAIVED, "and the cost?", "what about small hotels in winter?"] * 6)
    assert len(long) < 200


WORDS = [
    "and",
    "in",
    "2021",
    "Hubei",
    "it",
    "why",
    "yes",
    "fees",
    "0",
    "what",
    "about",
    "the",
    "second",
    "one",
    "the notice",
]
PIECES = [*WORDS, "那", "呢", "湖北", "它", "的", "2021年", "?", "(", ")", "《", "》", "。", ",", "（", "）"]
QUESTIONS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
TURNS = st.lists(
    st.builds(Turn, question=QUESTIONS, standalone=QUESTIONS, answer=QUESTIONS, choices=st.lists(QUESTIONS.filter(str.strip), max_size=4).map(tuple)),
    max_size=4,
)  # fmt: skip


@given(QUESTIONS, TURNS)
def test_any_conversation_leaves_a_question(question: str, turns: list[Turn]) -> None:
    """Nothing raises, nothing becomes empty, and without a conversation nothing changes."""
    assert standalone(question, []) == question
    whole = standalone(question, turns)
    assert bool(whole.strip()) == bool(question.strip())
    assert whole == standalone(question, turns)


def found(*held: tuple[str, str, float], issued: date | None = None) -> Found:
    """Passages as title, text and score."""
    passages = []
    for number, (title, text, score) in enumerate(held):
        span = Span(start=0, end=len(text))
        document = Document(
            id=f"d{number}",
            title=title,
            text=text,
            source=title,
            media_type="text/plain",
            metadata=Metadata(issued=issued),
        )
        chunk = Chunk(id=f"d{number}-0", document_id=document.id, span=span, statements=(0, 0), tokens=1, section="")
        passages.append(Passage(chunk=chunk, document=document, score=score, found_by="both"))
    return Found(passages=tuple(passages))


FEES, CODES = "Notice on platform fees", "Notice on health codes"


def test_a_question_without_a_subject_is_asked_back_with_the_documents() -> None:
    """Where several documents that scored alike hold its words, each choice names its document."""
    alike = found((FEES, "The deadline is 1 May.", 0.6), (CODES, "The deadline is 3 June.", 0.58))
    assert choices("What is the deadline?", alike) == (
        f"What is the deadline? ({FEES})",
        f"What is the deadline? ({CODES})",
    )


def test_the_name_of_a_class_is_asked_back_with_its_members() -> None:
    parks = found(("Sampson State Park", "Pets are allowed.", 0.6), ("Long Point State Park - Lakes", "No pets.", 0.58))
    assert choices("Can we take pets in the park?", parks) == (
        "Can we take pets in Sampson State Park?",
        "Can we take pets in Long Point State Park?",
    )
    assert choices("Can we take pets in Long Point State Park?", parks) == ()


@pytest.mark.parametrize(
    ("question", "passages"),
    [
        ("What is the deadline?", found()),
        ("What is the deadline?", found((FEES, "The deadline is 1 May.", 0.6))),
        ("What is the deadline?", found((FEES, "The deadline is 1 May.", 0.9), (CODES, "The deadline is 3 June.", 0.4))),
        ("What is the deadline?", found((FEES, "The deadline is 1 May.", 0.6), (CODES, "Codes are green.", 0.6))),
        ("What is the deadline for platforms?", found((FEES, "The deadline is 1 May.", 0.6), (CODES, "The deadline.", 0.6))),
        (f"What is the deadline? ({FEES})", found((FEES, "The deadline is 1 May.", 0.6), (CODES, "The deadline.", 0.6))),
        ("What is the deadline?", found((FEES, "The deadline is 1 May.", 0.6), (FEES, "The deadline is 1 May.", 0.6))),
    ],
)  # fmt: skip
def test_what_can_be_answered_is_not_asked_back(question: str, passages: Found) -> None:
    """One candidate, a clear best one, a subject of its own, or nothing to tell candidates apart: no choices."""
    assert choices(question, passages) == ()
