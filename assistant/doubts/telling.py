"""How documents and days are named in a reason: "notice MDI IT [2020] 14", "Harbour Ledger (3 March 2020)"."""

from __future__ import annotations

from datetime import date

from ingest.designations import kinds_named
from ingest.document import Document

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def name(document: Document, *, chinese: bool) -> str:
    """A document by its number, else by who published it, else by its title.

    A notice is named by its number, a report by its outlet.
    """
    about = document.metadata
    if about.kind == "notice" and about.number:
        if kinds_named(about.number):
            return about.number
        return f"{about.number}通知" if chinese else f"notice {about.number}"
    publisher = about.outlet or about.issuer
    if publisher:
        return publisher
    return f"《{document.title}》" if chinese else f"“{document.title}”"


def dated(document: Document, *, chinese: bool) -> str:
    """A document by name with the day it was issued, where it states one."""
    told, issued = name(document, chinese=chinese), document.metadata.issued
    if issued is None:
        return told
    return f"{told}（{day(issued, chinese=True)}）" if chinese else f"{told} ({day(issued, chinese=False)})"


def day(value: date, *, chinese: bool) -> str:
    """A day in words.

    >>> day(date(2020, 3, 1), chinese=False), day(date(2020, 3, 1), chinese=True)
    ('1 March 2020', '2020年3月1日')
    """
    if chinese:
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
