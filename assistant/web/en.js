/* The words of the interface in English. `one|many` gives the forms of a count; `#` is the number, {name} a value. */

export default { told: {}, words: {
  // the frame
  skip: "Skip to content", main: "Main", "view.ask": "Ask", "view.library": "Library", "view.check": "Check a draft", "view.conversations": "Conversations",
  foot: "Caveat quotes the library and says what to doubt.", "theme.auto": "Auto", "theme.light": "Light", "theme.dark": "Dark", "theme.is": "Theme: {theme}", language: "Language of the interface",
  "model.is": "model {model}", "model.none": "no model, answers are quoted", "away.short": "Server not answering",
  colon: ": ", comma: ", ", semicolon: "; ", or: " or ", of: "of", any: "Any",
  document: "# document|# documents", passage: "# passage|# passages", claim: "# claim|# claims", sentence: "# sentence|# sentences", conversation: "# conversation|# conversations",
  "question.count": "# question|# questions", character: "# character|# characters", page: "# page|# pages", file: "# file|# files", source: "# source|# sources",
  voice: "# independent voice|# independent voices", copy: "Copy", counted: "{number} {state}",
  // keys
  keyboard: "Keyboard", "keys.open": "Keyboard shortcuts", "keys.box": "question box; in it, up and down bring back earlier questions", "keys.claims": "next, previous claim", "keys.doubt": "next doubt",
  "keys.enter": "on a claim: open its first citation", "keys.cites": "previous, next citation", "keys.views": "read, ledger", "keys.copy": "copy the answer as text", "keys.esc": "stop asking, close the source", "keys.list": "this list",
  "keys.on": "Use the single-key shortcuts", close: "Close",
  // asking
  "home.title": "Ask the library", question: "Question", "ask.follow": "Ask a follow-up", "ask.another": "Ask another question", "ask.hint": "Who says what, and since when?", ask: "Ask",
  "box.hint": "Enter asks, Shift + Enter starts a new line. Answers come only from the library.", "anew.before": "A follow-up goes on in this conversation; you can also ", anew: "begin a new one", "anew.after": ".",
  "type.first": "Type a question first.", "in.library": "In the library", documents: "Documents", passages: "Passages", types: "Kinds", issuers: "Issuers", "and.more": "and {number} more", "last.change": "Last change", "open.library": "Open the library",
  lately: "Asked lately", "nothing.asked": "Nothing has been asked yet.", empty: "The library is empty.", "empty.do": "Add a notice or report to ask about it.", "add.documents": "Add documents", "library.unread": "The library could not be read.",
  "how.title": "How to read an answer", how: "Numbers cite: each one opens the source at the exact characters. Letters doubt: each one points to a note that gives the reason. A sentence without a mark is supported, and nothing was found against it. There are counts, never a score.",
  "family.cautious": "The source is cautious", "family.conflict": "Sources conflict", "family.strays": "The answer strays", "family.record": "The record is incomplete",
  "kinds.cautious": "Hedged, attributed, vague source, self-reported, single voice", "kinds.conflict": "Questioned, disputed", "kinds.strays": "Overstated, unsupported, misquoted", "kinds.record": "Superseded, text cut off, not checked",
  // filters
  "scope.all": "Searching all: {documents}", "scope.some": "Searching only: {filters}", "scope.clear": "Clear filters", "scope.issuer": "issued by {value}", "scope.kind": "{value}", "scope.status": "{value}", "scope.language": "{value}",
  "scope.issued_from": "issued from {value}", "scope.issued_to": "issued to {value}", "scope.as_of": "as of {value}",
  "field.issuer": "Issuer", "field.kind": "Kind", "field.status": "Status", "field.language": "Language", "field.issued_from": "Issued from", "field.issued_to": "Issued to", "field.as_of": "As of",
  "type.notice": "Notice", "type.report": "Report", "type.other": "Other", "language.en": "English", "language.zh": "Chinese", "language.und": "Language unknown",
  "status.draft": "Draft", "status.trial": "Trial", "status.in_force": "In force", "status.amended": "Amended", "status.repealed": "Repealed", "status.unknown": "Status unknown",
  // while it works
  stages: "Stages", "stage.searching": "Searching", "stage.searched": "Searched", "stage.passages": "Passages", "stage.writing": "Writing", "stage.quoting": "Quoting", "stage.checking": "Checking", "stage.lost": "Connection lost", "going.on": "trying to go on",
  "the.library": "the library", "in.no.time": "in under 0.1 s", "in.seconds": "in {seconds} s", "from.documents": "from {documents}", "so.far": "{claims} so far", "some.of": "{number} of {claims}", "no.words": "no words yet", "not.yet": "not checked yet",
  "said.searching": "Searching the library", "said.quoting": "{passages} found. Quoting and checking.", "said.writing": "{passages} found. Writing and checking.", "said.lost": "Connection lost, trying to go on.",
  withdrawn: "What the language model wrote is withdrawn.", "wrote.nothing": "The language model wrote no answer.", "quotes.follow": "Sentences from the library follow, word for word.",
  stop: "Stop", stopped: "Stopped.", "ask.again": "Ask again", "arrived.one": "{claims} arrived and was checked; the rest is missing.", arrived: "{claims} arrived and were checked; the rest is missing.", "arrived.none": "Nothing had been checked yet.",
  away: "The server is not answering.", kept: "Your question is kept.", "in.8": "Trying again in 8 s.", "try.now": "Try now", "stop.trying": "Stop trying", again: "Try again", broken: "The connection ended before the answer was finished.",
  "was.stopped": "The answer was stopped before it was finished.", "nothing.kept": "Nothing of it is kept.", opening: "Opening the conversation …", "not.opened": "This conversation could not be opened", "open.conversation": "Open the conversation",
  unreadable: "The server's reply could not be read.", "unreadable.hint": "Ask again; if it stays so, look at the server's log.", "status.said": "The server answered with status {status}.", request: "request {id}",
  // an answer
  asked: "Asked {when}", "searched.for": "Searched for: ", "made.quoted": "These are sentences from the library, word for word, closest first.", "made.written": "Written by a language model{model} from passages of the library; each sentence was checked against them.", "made.model": " ({model})",
  joined: "“\u00a0…\u00a0” joins a lead-in to its item.", "edit.question": "Edit the question", changed: "The library has changed since this was answered.", missing: "What the library does not say", "missing.refused": "Not found in the library", sources: "Sources cited",
  "issuer.not": "issuer not stated", "number.not": "number not stated", undated: "date not stated", gone: "No longer held", "passages.read": "{passages} read", "passages.found": "{passages} found",
  "found.meaning": "found by meaning", "found.words": "found by its words", "found.both": "found by meaning and words",
  "every.claim": "Every claim, in order", "every.sentence": "Every sentence, in order", "claim.is": "Claim {number}: {state}", "sentence.is": "Sentence {number}: {state}", "claim.back": "Back to claim {number}", "doubt.is": "Doubt {name}: {label}",
  "citation.to": "Citation {number}: {place}", "citation.number": "Citation {number}", copies: "({copies})", "verdict.supported": "supported", "verdict.doubted": "supported, with doubts", "verdict.contradicted": "contradicted", "verdict.not_found": "not found as stated", "verdict.unchecked": "not checked",
  "kind.overstated": "Overstated", "kind.unsupported": "Unsupported", "kind.misquoted": "Misquoted", "kind.questioned": "Questioned", "kind.disputed": "Disputed", "kind.outdated": "Superseded", "kind.cut_off": "Text cut off", "kind.unchecked": "Not checked",
  "kind.hedged": "Hedged", "kind.attributed": "Attributed", "kind.vague_source": "Vague source", "kind.self_reported": "Self-reported", "kind.single_voice": "Single voice",
  refusal: "The library does not answer this.", "refusal.searched": "{passages} of {documents} were searched.", "refusal.near": "{passages} came near, but none is an answer.", "terms.missing": "Words of the question that no passage has", nearest: "Nearest passages, closest first",
  "can.do": "What you can do", "add.one": "Add a document", "add.one.rest": " that answers it, then ask again.", "other.words": "Ask in other words", "other.words.rest": ", for example those of the notice itself.", "without.filters": "Ask without the filters", "without.filters.rest": ", of the whole library.",
  "choose.hint": "Or say in the box which one is meant.", earlier: "Earlier in this conversation", later: "Later in this conversation", "state.running": "Being answered", "state.stopped": "Stopped before it was finished", "state.failed": "Could not be answered", "standing.refusal": "Not answered by the library", "standing.choice": "Asked back",
  // views of an answer, carrying it away
  view: "View", read: "Read", ledger: "Ledger", "ledger.filter": "Show only", "number.head": "Number", "claim.head": "Claim", verdict: "Verdict", doubts: "Doubts", evidence: "Evidence", review: "Review", "none.found": "None found", none: "None",
  "filter.all": "All", "filter.doubted": "With doubts", "filter.strays": "Strays", "filter.conflict": "Conflict", "filter.record": "Record", "filter.cautious": "Cautious", "filter.unreviewed": "Unreviewed",
  text: "Text", "save.group": "Save", "copy.as": "Copy as {what}", "save.as": "Save as {what}", copied: "Copied: {what}", "not.carried": "That did not work.", "copy.count": "# copy|# copies",
  compare: "Compare both", "compare.back": "Back to the answer, claim {number}", "compare.title": "{sources} disagree", "compare.order": "Shown in order of issue; Caveat does not pick one.", fact: "What is compared", "same.or": "Same or different", same: "same", differs: "differs", "kind.of": "Kind",
  // reviews
  "review.of": "Review doubt {name}: {label}", "review.ask": "Is this flag right?", confirm: "Confirm", dismiss: "Dismiss", "why.confirm": "Why is it right?", "why.dismiss": "Why is it wrong?", "reason.right": "The source says so", "reason.grave": "It changes what may be concluded", "reason.not_in_source": "The source does not say that", "reason.kept": "The answer already says so", "reason.trivial": "True, but does not matter here", "reason.other": "Other",
  "note.for": "Note for colleagues", "review.case": "It is kept with the answer and can be saved as a case for the evaluation (Conversations).", save: "Save review", cancel: "Cancel", keep: "Keep", "review.saved": "Review saved", "review.unsaved": "The review was not saved. What you wrote is still here.", "reviews.unread": "The reviews of this answer could not be read.",
  "judged.confirm": "Confirmed.", "judged.dismiss": "Dismissed.", undo: "Undo", "undo.review": "Undo the review of doubt {name}", "undo.failed": "The review could not be taken back.", "review.undone": "Review taken back",
  // the source
  "source.opening": "Opening the source …", citation: "Citation", "passage.one": "Passage", "evidence.one": "Evidence", "document.one": "Document", "item.of": "{noun} {number} of {total}", previous: "Previous {noun}", next: "Next {noun}", quote: "quote", "copy.quote": "Copy quote", original: "Original", "close.source": "Close the source",
  "source.gone": "This source is no longer in the library. The quote is kept; the document is not.", placed: "The cited words are highlighted.", unplaced: "The text at this place differs from the quote, so nothing is highlighted.", "quote.reads": "The quote reads: ", extent: "Characters {from}–{to} of {total}.", equal: "The highlighted words equal the quote, to the character.",
  "long.text": "A long text: characters {from}–{to} of {total} are shown.", "earlier.part": "Earlier part", "later.part": "Later part", "not.stated": "Not stated in the source", "not.stated.short": "not stated", issuer: "Issuer", number: "Number", issued: "Issued", effect: "In effect", expires: "Expires", outlet: "Outlet", status: "Status", relations: "Relations",
  "relation.supersedes": "Supersedes", "relation.amends": "Amends", "relation.repeals": "Repeals", "p.": "p. {label}", "as.printed": "The page as it is printed", "page.drawing": "Drawing the page …", "page.unplaced": "These words could not be placed on the page exactly, so nothing is drawn.", "page.picture": "Page {number} of {title}, with a box around: {quote}",
  // the library
  "reading.library": "Reading the library …", "find.document": "Find a document", "find.document.hint": "Words of a title, an issuer or a number", more: "Show more", drop: "Drop files here", "or.choose": "or", "choose.files": "choose files", "drop.about": "PDF, DOCX, HTML, Markdown, text. Everything stays on this server.", "files.added": "Files added",
  "library.all": "{documents}.", "library.with": "{documents} with “{query}”.", "library.fitting": "{documents} fit the filters.", "no.match": "No document matches.", title: "Title", warning: "Warning: ", delete: "Delete", "delete.one": "Delete {title}", "deleted.undo": "Deleted: ", "deleted.soon": "It is erased for good in 8 s; answers that cite it keep the quotes.", "undo.delete": "Undo the deletion of {title}",
  deleting: "{title} is deleted in 8 seconds. Undo is possible.", deleted: "Deleted: {title}", "kept.document": "Kept: {title}", "not.deleted": "“{title}” was not deleted.", adding: "Adding {files}", "adding.one": "Adding {name}", "added.line": "{held} held, {refused} not added.", waiting: "Waiting", sending: "Sending, {share} %", reading: "Reading …",
  "outcome.added": "Added", "outcome.replaced": "Replaced the earlier version", "outcome.unchanged": "Already held, nothing to do", "outcome.refused": "Not added", clear: "Clear", "clear.one": "Clear {name} from this list",
  // conversations
  "find.conversation": "Find a conversation", "find.conversation.hint": "Words of a question or an answer", "no.conversation": "No conversation matches.", "conversations.all": "{conversations}.", "conversations.with": "{conversations} with “{query}”.", "conversations.kept": "They are kept with their evidence and open exactly as they were shown.", "last.answer": "last answer: ",
  rename: "Rename", "rename.one": "Rename {title}", "rename.title": "Rename the conversation", "title.form": "A title has at least one character", renamed: "Renamed: {title}", "not.renamed": "The title was not changed.", "delete.ask": "Delete “", "delete.ask.end": "”?", "delete.conversation": "{questions} with the answers and their evidence are erased. The documents stay. This cannot be undone.",
  "save.cases": "Save reviews as cases", "save.cases.hint": "JSON lines for the evaluation, one for each reviewed flag.",
  // checking a draft
  "check.about": "Paste or drop a text. Each sentence is compared with the library; nothing is rewritten, nothing is kept on the server.", draft: "Draft", check: "Check the draft", "drop.text": "Drop a text file", "choose.file": "choose one", "check.results": "Findings", "check.idle": "Nothing is checked yet. Each sentence will get one of four verdicts:",
  "verdict.supported.means": "a passage of the library says so", "verdict.contradicted.means": "a passage of the library says otherwise", "verdict.not_found.means": "no passage says so, or not as stated", "verdict.unchecked.means": "it could not be checked; never counted as supported",
  "of.characters": "{length} of {longest} characters", "checking.draft": "Checking the draft", "draft.kept": "Your draft is kept.", "check.none": "This server does not check drafts.", taken: "Taken over: {name}", "copy.report": "Copy the findings", "save.report": "Save as text", report: "findings",
  // the key
  key: "Key", "key.asked": "This server asks for a key", "key.refused": "The server did not take that key.", "key.about": "Whoever runs the server has it. It is kept in this tab until the tab is closed.", "key.use": "Use this key", "key.form": "Letters, digits and signs, without spaces",
  "error.too_large": "That is more than the server takes at once.", "error.too_large.hint": "Split it into smaller files, or have the limit raised (CAVEAT_LARGEST_UPLOAD).",
} };
