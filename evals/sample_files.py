"""Builds the PDF and Word documents of the sample library: python -m evals.sample_files.

The other documents of the library lie there as they are; these four are written here, so that their bytes come from
text that can be read and reviewed. The same text gives the same bytes, as long as the two libraries that write them
stay at one version. All of it is invented.
"""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from html import escape
from pathlib import Path

import docx
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

FOLDER = Path(__file__).parent / "library" / "documents"
MADE = datetime(2020, 3, 10, 12, 0, 0)  # noqa: DTZ001  (Word's core properties hold a bare UTC time)

# One block a line: "# " title, "## " heading, "- " item, "-- " inner item, "| " table row, anything else a paragraph.
# A line that begins with a space goes on with the block before it.

OLD_NOTICE = """\
# Notice on the use of health codes and on reports by reopened firms
SAMPLE - invented for Caveat; no such notice exists
Issuer: Ministry of Digital Industry (sample)
Number: MDI IT [2020] 6
Issued: 31 January 2020
Effective: 3 February 2020
## 1. Health codes
1.1 A province may set up a health code of its own.
1.2 A traveller must apply for a code in each province that he or she enters.
1.3 Operators of a health code must delete location records after 60 days.
## 2. Reports
2.1 Reopened firms must report head counts on paper every day.
2.2 The report names:
- the number of workers on site
- the number of workers at home
- the number of workers with a fever
2.3 The county office stamps the report and returns one copy.
## 3. Platforms
3.1 Platforms should review their listings of wild animals within 72 hours.
3.2 Local authorities are to
- draw up a list of delivery firms
- appoint one contact person for each platform
| Report | How | How often
| Head count | On paper | Every day
| List of delivery firms | By post | Once a month
## 4. Final provision
This notice takes effect on 3 February 2020.
"""

FREIGHT = """\
# Night routes bring the goods to the county towns
SAMPLE - invented for Caveat; no such outlet or report exists
Outlet: Eastern Freight Weekly
Published: 5 March 2020
Feiyan Express runs 38 night routes in Lanbei province. Half of them end in county towns. The lorries leave the
 Linqiao depot between ten and eleven in the evening and return before seven.
Feiyan Express has lent 400 vans to the Lanbei command centre, Eastern Freight Weekly has learned. The vans carry
 masks and gloves to hospitals.
## The supply platform
The emergency supply platform of the Lanbei command centre opened on 5 February 2020. It listed 1,340 suppliers on 28
 February 2020. The command centre books the freight as soon as a supplier has accepted an order.
| Depot | Night routes | First departure
| Linqiao | 21 | 22:00
| Shitan | 11 | 22:30
| Baigang | 6 | 23:00
## Rules of the road
Rule MDI IT [2020] 9 lets a vehicle with a road pass use bus lanes between 22:00 and 06:00. Three things matter to
 drivers:
- the road pass is free of charge
- a county must issue it within two working days
- the driver carries a temperature record for the day of the journey
Road passes are valid until 31 March 2020. An extension is likely, said a dispatcher in Shitan.
## Fees
Platforms must waive fees for small sellers until 30 June 2020 under notice MDI IT [2020] 14. Caiyuan has waived its
 fees since 1 March 2020. Small sellers apply on its website.
Freight firms that serve online sellers resume work first under the same notice. Diesel in Linqiao cost 6.20 yuan a
 litre on 4 March 2020. The price may fall further in spring.
"""

ACCURACY = """\
# Is the colour right? A visit to six housing estates
SAMPLE - invented for Caveat; no such outlet or report exists
Outlet: Civic Data Review
Published: 9 March 2020
## What we did
Civic Data Review visited six housing estates in Yunbu between 2 and 6 March 2020. We spoke to 120 residents and to
 the guards at the gates. The estates were named to us by the city's residents' office.
## What the code knows
The health code began in Linqiao on 11 February 2020. It knows what its holder declares. Three things are asked:
- the temperature of the day
- a cough or a fever in the last fourteen days
- the places visited in the last fourteen days
The answers are self-reported. A guard sees the colour and the name, but not the answers.
A resident may ask the estate office to review a colour. The office answers within one day.
## What residents told us
Of the 120 residents, 17 said that their colour did not match their travels. Four of the 17 had a yellow code although
 they had not left Yunbu since December. The others had a green code although they had come home from another province.
Editor's note: The residents were not chosen at random, and the figure of 17 should not be read as a rate for the city.
Most residents found the code easy to use. The oldest, Mrs Lu, is 91 and passes at the staffed counter.
## What the operators say
Qinglu says that its code was correct in 99.2 per cent of cases in February. The figure is the company's own and has
 not been audited. Banshan did not answer our questions.
Notice MDI IT [2020] 14 says that operators should publish the rule by which a colour is given. On 8 March 2020
 neither company had done so. Without the rule, it is unclear how many of the colours are wrong.
## What happens next
The residents' office will visit the six estates again in May. A report could follow in the summer. The forms of our
 visit are kept in the city library, where anyone may read them.
"""

KESTREL = """\
# The notice in brief: what firms need to know
SAMPLE - invented for Caveat; no such outlet or report exists
Outlet: Kestrel Business Brief
Published: 4 March 2020
Notice MDI IT [2020] 14 took effect on 1 March 2020. It supersedes MDI IT [2020] 6. The ministry answers questions
 through its IT development bureau.
## For every firm
- Reopened firms must report head counts online once a week, by noon on Friday.
- A county may ask for one further report after a confirmed case.
- Figures are no longer handed in on paper.
## For platforms
- Platforms are encouraged to remove listings of wild animals.
- The ministry's supply database is open to platforms free of charge.
- Local authorities should encourage platforms to waive fees for small sellers until 30 June 2020.
## For operators of a health code
- Operators must delete location records after 30 days.
- Operators should publish the rule by which a colour is given.
## What we hear
According to multiple reports, the ministry plans a second notice on remote work. It is expected to deal with working
 hours. The ministry has not commented. It is believed that small firms would be exempt.
Our office in Linqiao reopened on 2 March 2020. It is open from nine to five, and visitors may come without an
 appointment.
"""

PDFS: dict[str, tuple[str, tuple[float, float]]] = {
    "civic-data-review-accuracy.pdf": (ACCURACY, A5),
    "kestrel-business-brief-notice.pdf": (KESTREL, A4),
}
DOCX: dict[str, str] = {
    "mdi-2020-6-notice.docx": OLD_NOTICE,
    "eastern-freight-weekly-night-routes.docx": FREIGHT,
}
MARKS = {"# ": "title", "## ": "heading", "- ": "item", "-- ": "inner", "| ": "row"}


def blocks(text: str) -> list[tuple[str, str]]:
    """The blocks of a text, each with its kind."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith(" ") and found:
            kind, before = found[-1]
            found[-1] = (kind, f"{before} {line.strip()}")
            continue
        mark = next((mark for mark in MARKS if line.startswith(mark)), "")
        found.append((MARKS.get(mark, "text"), line.removeprefix(mark)))
    return found


def pdf(text: str, page_size: tuple[float, float]) -> bytes:
    """The text as a PDF: headings, bullets, and a running head and a page number on every page."""
    content = blocks(text)
    base = ParagraphStyle("text", fontName="Helvetica", fontSize=10, leading=14, spaceAfter=6)
    styles = {
        "title": ParagraphStyle("title", base, fontName="Helvetica-Bold", fontSize=15, leading=19, spaceAfter=10),
        "heading": ParagraphStyle("heading", base, fontName="Helvetica-Bold", spaceBefore=6, keepWithNext=1),
        "item": ParagraphStyle("item", base, leftIndent=14, bulletIndent=4, spaceAfter=3),
        "inner": ParagraphStyle("inner", base, leftIndent=28, bulletIndent=18, spaceAfter=3),
        "text": base,
    }
    story = [
        Paragraph(escape(words, quote=False), styles[kind], bulletText="•" if kind in ("item", "inner") else None)
        for kind, words in content
    ]
    outlet = next(words for kind, words in content if words.startswith("Outlet: ")).removeprefix("Outlet: ")
    made = io.BytesIO()
    template = SimpleDocTemplate(
        made,
        pagesize=page_size,
        title=content[0][1],
        author=outlet,
        invariant=1,
        leftMargin=54,
        rightMargin=54,
        topMargin=60,
        bottomMargin=54,
    )
    mark = page_mark(outlet)
    template.build(story, onFirstPage=mark, onLaterPages=mark)
    return made.getvalue()


def page_mark(outlet: str) -> Callable[[Canvas, SimpleDocTemplate], None]:
    """Draws the running head and the page number of a page."""

    def draw(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(54, template.pagesize[1] - 36, outlet)
        canvas.drawCentredString(template.pagesize[0] / 2, 30, f"Page {template.page}")

    return draw


def word(text: str) -> bytes:
    """The text as a Word document, with real headings, list styles and tables, and the same bytes each time."""
    styles = {"title": "Title", "heading": "Heading 1", "item": "List Bullet", "inner": "List Bullet 2"}
    document = docx.Document()
    content = blocks(text)
    table = None
    for kind, words in content:
        if kind != "row":
            document.add_paragraph(words, style=styles.get(kind, "Normal"))
            table = None
            continue
        cells = words.split(" | ")
        table = table or document.add_table(rows=0, cols=len(cells), style="Table Grid")
        for cell, content_of_cell in zip(table.add_row().cells, cells, strict=True):
            cell.text = content_of_cell
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = content[0][1], "Caveat", "Caveat"
    properties.created = properties.modified = properties.last_printed = MADE
    properties.comments, properties.revision = "Invented for Caveat", 1
    made = io.BytesIO()
    document.save(made)
    return repacked(made.getvalue())


def repacked(archive: bytes) -> bytes:
    """The zip archive with one fixed time for every member: python-docx writes the time of the run."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, date_time=MADE.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            new.writestr(member, old.read(name))
    return made.getvalue()


def build(folder: Path = FOLDER) -> list[Path]:
    """Writes the four documents into the folder and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: pdf(text, page_size) for name, (text, page_size) in PDFS.items()}
    files |= {name: word(text) for name, text in DOCX.items()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


if __name__ == "__main__":
    for path in build():
        print(path)
