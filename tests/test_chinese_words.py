"""Chinese words: how a text is cut, and which words are near one another."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.checking.reading import content, nearly
from evals.chinese_words import narrow, read
from vectorstore.chinese_words import cut, likeness, rare, table


def test_a_text_is_cut_into_words_at_their_places() -> None:
    """What is in no word stands as single characters, what is not Chinese in none."""
    text = "瑶山6号楼已整栋拆掉，公积金新政实施首周。"
    words = cut(text)
    assert [word.text for word in words][-5:] == ["公积金", "新政", "实施", "首", "周"]
    assert {"拆掉"} <= {word.text for word in words}
    assert all(text[word.start : word.end] == word.text for word in words)
    assert "".join(word.text for word in words) == text.replace("6", "").replace("，", "").replace("。", "")


@pytest.mark.parametrize(
    ("word", "near", "far"), [("拆掉", "拆除", "发放"), ("停业", "歇业", "教师"), ("发给", "发放", "拆除")]
)
def test_words_of_one_sense_are_nearer(word: str, near: str, far: str) -> None:
    """By a good deal."""
    assert likeness(word, frozenset({near})) > likeness(word, frozenset({far})) + 0.3
    assert likeness(word, frozenset({word, far})) == 1.0
    assert likeness("岷岷", frozenset({near})) == likeness(word, frozenset()) == 0.0


def test_a_text_holds_a_word_that_another_stands_for() -> None:
    """In full where they say nearly the same, not at all where they have nothing of one another."""
    assert nearly("拆掉", "6号楼已整体拆除。") == 1.0
    assert nearly("保险", "南屿省渔业部门不得向休渔渔船供油。") == 0.0
    assert nearly("receipt", "Two receipts were shown.") == 1.0
    assert content("3家食堂已经停业，并未整改。") >= {"食堂", "停业", "整改"}
    assert not content("3家食堂已经停业，并未整改。") & {"家", "已", "并", "未"}


def test_common_words_are_less_rare() -> None:
    """A character that is no word of the table is as rare as can be."""
    assert 0 <= rare("中国") < rare("公积金") < rare("岷岷") == 1.0
    assert np.allclose(np.linalg.norm(table().vectors, axis=1), 1, atol=1e-3)


def test_the_table_is_made_of_a_file_of_vectors(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """The recipe reads word2vec's binary form and keeps what is near near."""
    rows = np.random.default_rng(1).normal(size=(80, 70)).astype(np.float32)
    rows[1] = rows[0] + 0.01
    words = [chr(0x4E00 + n) for n in range(len(rows))]
    body = b"".join(word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(words, rows, strict=True))
    (tmp_path / "v").write_bytes(b"80 70\n" + body)
    found = list(read(tmp_path / "v"))
    assert [word for word, _ in found] == words
    small = narrow(np.stack([row / np.linalg.norm(row) for _, row in found])).astype(np.float32)
    small /= np.linalg.norm(small, axis=1, keepdims=True)
    assert small.shape == (80, 64)
    assert small[0] @ small[1] > 0.98
    assert small[0] @ small[2] < 0.6
