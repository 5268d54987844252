"""TMX, the exchange format of translation memories (LISA 2005, version 1.4b): units with a variant for each language.

Of a text only its characters are read: the codes of other tools within it (`bpt`, `ept`, `ph`, `it`, `ut`) are left out, highlighted text
(`hi`) is kept. A document may not declare entities: what they stand for could fill the memory, or be another file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, SentencePair
from seqtasks.text.corpora.lines import LONGEST, file_checksum, opened
from seqtasks.text.language_codes import language_code
from seqtasks.text.tokenizers import visible

CODES = frozenset(("bpt", "ept", "ph", "it", "ut"))
SHOWN = 5  # languages named in an error


@dataclass
class Units:
    """What a parser has read: units with both languages, and of those without how many and in which languages; and where it stands."""

    path: Path
    languages: tuple[str, str]
    parser: expat.XMLParserType
    pairs: list[SentencePair] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # of the unit that is read, by language
    line: int = 0
    language: str = ""
    text: list[str] | None = None  # within a segment
    size: int = 0
    codes: int = 0  # depth of codes

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tu":
            self.texts, self.line = {}, self.parser.CurrentLineNumber
        elif name == "tuv":
            self.language = language_code(attributes.get("xml:lang") or attributes.get("lang") or "")
            self.seen[self.language] = self.seen.get(self.language, 0) + 1
        elif name == "seg":
            self.text, self.size, self.codes = [], 0, 0
        elif name in CODES:
            self.codes += 1

    def end(self, name: str) -> None:
        if name in CODES:
            self.codes -= 1
        elif name == "seg" and self.text is not None:
            self.texts.setdefault(self.language, " ".join("".join(self.text).split()))
            self.text = None
        elif name == "tu":
            source, target = (self.texts.get(language) for language in self.languages)
            if source is None or target is None:
                self.missing.append(self.line)
            else:
                self.pairs.append(SentencePair(visible(source), visible(target), self.line))

    def characters(self, text: str) -> None:
        if self.text is None or self.codes:
            return
        self.size += len(text)
        if self.size > LONGEST:
            raise DataError(self.path, self.line, f"a text of more than {LONGEST:,} characters", "Check that it is TMX")
        self.text.append(text)

    def entity(self, name: str, *rest: object) -> None:
        raise DataError(self.path, self.parser.CurrentLineNumber, f"declares an entity, {name[:40]!r}", "Write out what it stands for")


def read_tmx(path: Path, *, source: str, target: str) -> Corpus[SentencePair]:
    """The units that have a text in both languages, given by their codes ("en" reads "en-GB", too); a note counts the others.

    Raises DataError with the line for what is no TMX, for declared entities, and where no unit has both languages.
    """
    parser = expat.ParserCreate()
    units = Units(path, (language_code(source), language_code(target)), parser)
    parser.StartElementHandler, parser.EndElementHandler = units.start, units.end
    parser.CharacterDataHandler, parser.EntityDeclHandler = units.characters, units.entity
    parser.buffer_text = True
    with opened(path) as file:
        try:
            parser.ParseFile(file)
        except expat.ExpatError as fault:
            raise DataError(path, fault.lineno, f"no valid XML ({expat.errors.messages[fault.code]})", "Export it again") from None
    if not units.pairs:
        found = ", ".join(sorted(filter(None, units.seen), key=lambda code: -units.seen[code])[:SHOWN]) or "none"
        problem = f"no unit has both {source!r} and {target!r}; its languages: {found}"
        raise DataError(path, 0, problem, "Check data.source and data.target")
    notes: tuple[str, ...] = ()
    if units.missing:
        first = f"first at line {units.missing[0]}"
        notes = (f"{path}: passed over {len(units.missing):,} units without {source!r} or {target!r} ({first})",)
    return Corpus(units.pairs, str(path), file_checksum(path), notes)
