"""The files: parallel text, CoNLL-U, BIO, JSONL, documents, classified sentences, dates, numbers, pronunciations, cards and checksums."""

import hashlib
import json
from pathlib import Path

from sample_grammar import cards
from sample_grammar.annotation import bio_tags, english_text, outermost, spans_of
from sample_grammar.dates import draw_dates
from sample_grammar.generate import french_text
from sample_grammar.number_words import draw_numbers, in_english, in_german
from sample_grammar.phrase import Sentence, tokens_of
from sample_grammar.spanish_words import draw_words
from sample_grammar.splits import ANNOTATED, Classified, draw_documents, draw_kinds, draw_splits, tokens


def parallel_lines(sentences: list[Sentence]) -> dict[str, str]:
    """The two sides of parallel text, one sentence a line."""
    return {
        "en": "".join(english_text(tokens(made)) + "\n" for made in sentences),
        "fr": "".join(french_text(made) + "\n" for made in sentences),
    }


def conllu(made: Sentence, identity: str) -> str:
    """A sentence in CoNLL-U: words, lemmas, UPOS, XPOS; no syntax."""
    words = tokens(made)
    rows = [f"# sent_id = {identity}", f"# text = {english_text(words)}"]
    for position, token in enumerate(words):
        last = position + 1 == len(words)
        space = "SpaceAfter=No" if not last and words[position + 1].glued else "_"
        rows.append("\t".join((str(position + 1), token.form, token.lemma, token.upos, token.xpos, "_", "_", "_", "_", space)))
    return "\n".join(rows) + "\n\n"


def bio(made: Sentence) -> str:
    """A sentence in two columns: the word and the BIO tag of the outermost entity."""
    words = tokens(made)
    tags = bio_tags(len(words), outermost(spans_of(made.pair.english)))
    return "".join(f"{token.form}\t{tag}\n" for token, tag in zip(words, tags, strict=True)) + "\n"


def jsonl(made: Sentence) -> str:
    """A sentence as one JSON object with all entities, those inside others included."""
    spans = [{"start": span.start, "end": span.end, "label": span.label} for span in spans_of(made.pair.english)]
    words = tokens(made)
    row = {"text": english_text(words), "tokens": [token.form for token in words], "spans": spans}
    return json.dumps(row, ensure_ascii=False) + "\n"


def document_lines(documents: list[list[Sentence]]) -> dict[str, str]:
    """Both sides of the documents: one sentence a line, an empty line between documents."""
    sides = [parallel_lines(made) for made in documents]
    return {side: "\n".join(made[side] for made in sides) for side in ("en", "fr")}


def kinds_tsv(made: list[Classified]) -> str:
    """A header, then a sentence and its kind a line."""
    rows = [f"{english_text(tuple(tokens_of(pieces)))}\t{kind}\n" for pieces, kind in made]
    return "text\tlabel\n" + "".join(rows)


def names_jsonl(made: Classified) -> str:
    """A sentence as one JSON object with the kinds of names in it, none or several."""
    pieces, _ = made
    labels = sorted({span.label for span in outermost(spans_of(pieces))})
    return json.dumps({"text": english_text(tuple(tokens_of(pieces))), "labels": labels}, ensure_ascii=False) + "\n"


def all_files() -> dict[str, str]:
    """Every generated file by its path inside ``data/``, cards and checksums included."""
    splits, documents = draw_splits(), draw_documents()
    files: dict[str, str] = {}
    for name, sentences in splits.items():
        for side, text in parallel_lines(sentences).items():
            files[f"translation/{name}.{side}"] = text
        tagged = sentences[: ANNOTATED["pos"]]
        files[f"pos/{name}.conllu"] = "".join(conllu(made, f"{name}-{number}") for number, made in enumerate(tagged, start=1))
        files[f"ner/{name}.bio"] = "".join(map(bio, sentences[: ANNOTATED["ner"]]))
        files[f"ner/{name}.jsonl"] = "".join(map(jsonl, sentences[: ANNOTATED["ner"]]))
    for name, chosen in documents.items():
        for side, text in document_lines(chosen).items():
            files[f"documents/{name}.{side}"] = text
    for name, classified in draw_kinds().items():
        files[f"classification/{name}.tsv"] = kinds_tsv(classified)
        files[f"classification/{name}.jsonl"] = "".join(map(names_jsonl, classified))
    for name, dates in draw_dates().items():
        files[f"dates/{name}.en"] = "".join(f"{written}\n" for written, _ in dates)
        files[f"dates/{name}.iso"] = "".join(f"{iso}\n" for _, iso in dates)
    for name, numbers in draw_numbers().items():
        for language, spelled in (("num", str), ("en", in_english), ("de", in_german)):
            files[f"number-words/{name}.{language}"] = "".join(f"{spelled(number)}\n" for number in numbers)
    for name, words in draw_words().items():
        files[f"pronunciation/{name}.es"] = "".join(f"{word}\n" for word, _ in words)
        files[f"pronunciation/{name}.ipa"] = "".join(f"{phonemes}\n" for _, phonemes in words)
    files |= cards.cards(files)
    files["checksums.json"] = json.dumps({name: cards.checksum(text) for name, text in sorted(files.items())}, indent=2) + "\n"
    return files


def write(folder: Path) -> list[Path]:
    """Write every file below ``folder`` and return the paths."""
    paths = []
    for name, text in all_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        paths.append(path)
    return paths


def differences(folder: Path) -> list[str]:
    """What is wrong with the files below ``folder``: missing, or not what the generator makes. Empty if all is well."""
    found = []
    for name, text in all_files().items():
        path = folder / name
        if not path.exists():
            found.append(f"{path}: missing. Run data/make_sample.py to write it")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != cards.checksum(text):
            found.append(f"{path}: differs from what the generator makes. Run data/make_sample.py, or restore the file")
    return found
