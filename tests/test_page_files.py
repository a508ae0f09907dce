"""The files of the page: that both dictionaries say the same things, and that no markup is made of text."""

from __future__ import annotations

import json
import re
from pathlib import Path

WEB = Path(__file__).parent.parent / "assistant" / "web"
_MARKUP = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "eval(",
    "new Function",
    "createContextualFragment",
)


def dictionary(language: str) -> dict[str, str]:
    """The words of a dictionary by their keys."""
    source = (WEB / f"{language}.js").read_text(encoding="utf-8")
    found = re.findall(r'(?:"([^"\n]+)"|\b([a-z]\w*)): ("(?:[^"\\]|\\.)*")', source[source.index("words: {") :])
    return {quoted or bare: json.loads(text) for quoted, bare, text in found}


def test_both_languages_say_everything():
    """What is said in English is said in Chinese, with the same values in it; Chinese may explain more errors."""
    english, chinese = dictionary("en"), dictionary("zh")
    assert len(english) > 250
    assert english.keys() <= chinese.keys()
    assert all(key.startswith("error.") for key in chinese.keys() - english.keys())
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_word_that_is_named_is_there():
    """Each key that a module or the markup names stands in the dictionary."""
    english, sources = dictionary("en"), [each.read_text(encoding="utf-8") for each in WEB.glob("*.*s")]
    named = {key for source in sources for key in re.findall(r'\bt\("([^"]+)"[),]', source)}
    named |= set(re.findall(r'data-t(?:-[a-z-]+)?="([^"]+)"', (WEB / "index.html").read_text(encoding="utf-8")))
    assert len(named) > 200
    assert named <= english.keys()


def test_text_never_becomes_markup():
    """No module has a way to make markup, styles or code out of a string; the page holds no inline script or style."""
    for each in WEB.glob("*.js"):
        source = each.read_text(encoding="utf-8")
        assert not [name for name in _MARKUP if name in source], each.name
    html = (WEB / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|https?://(?!www\.w3\.org)", html) == []
