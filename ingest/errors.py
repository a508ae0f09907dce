"""The errors of Caveat, one tree, so that `except CaveatError` catches all that a person can mend.

CaveatError                   message, and a hint that says how to mend it
├── BadInput                  the person who gave the file, question or filter can mend it
│   └── UnreadableFile        a file that ends as no text; `code` says why in one word
└── (vectorstore.library.LibraryError, assistant.settings.SettingsError, ...)
"""

from __future__ import annotations


class CaveatError(Exception):
    """Something a person can mend: what happened, and what to do about it."""

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadInput(CaveatError):
    """What was given cannot be used as it is."""

    code = "bad_input"


class UnreadableFile(BadInput):
    """A file that yields no text.

    `code` is one of: empty, unsupported_type, too_large, encrypted, bad_encoding, no_text_layer, broken, timed_out.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code

    def __reduce__(self) -> tuple[type[UnreadableFile], tuple[str, str, str]]:
        return type(self), (self.code, self.message, self.hint)
