"""Miniature corpora of ours in the exact layouts of the real ones, traps included; and of the bundled sample."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.miniature.sentences import Tagged, pairs, tagged

SIZES = {"train": 24, "dev": 6, "test": 5, "test_unseen": 4}
LANGUAGES = ("en", "de", "fr")


def write(path: Path, text: str) -> Path:
    """A text file, gzipped where its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def seeds(split: str) -> int:
    return list(SIZES).index(split) + 1


def splits(test: bool) -> tuple[str, ...]:
    return ("train", "dev", "test") if test else ("train", "dev")


def multi30k(folder: Path, *, test: bool = True) -> Path:
    """{train,val,test_2016_flickr}.{en,de,fr}.gz, with stray spaces, a tab and a non-breaking space as the real one has."""
    names = {"train": "train", "dev": "val", "test": "test_2016_flickr"}
    for split in splits(test):
        rows = pairs(SIZES[split], seed=seeds(split))
        if split == "train":
            rows[1] = (f" {rows[1][0]} ", rows[1][1].replace(" ", "\u00a0", 1), rows[1][2].replace(" ", "  ", 1))
            rows[2] = (rows[2][0].replace(" ", "\t", 1), rows[2][1], rows[2][2])
        for column, language in enumerate(LANGUAGES):
            write(folder / f"{names[split]}.{language}.gz", "".join(f"{row[column]}\n" for row in rows))
    return folder


def ud_english_ewt(folder: Path, *, test: bool = True) -> Path:
    """en_ewt-ud-{train,dev,test}.conllu.gz with comments, a multiword range and an empty node."""
    for split in splits(test):
        blocks = [conllu(sentence, number) for number, sentence in enumerate(tagged(SIZES[split], seed=seeds(split)), start=1)]
        blocks[0] += "1-2\tI'm\t_\t_\t_\t_\t_\t_\t_\t_\n" + row(1, "I", "PRON") + row(2, "'m", "AUX")
        blocks[0] += row(3, "here", "ADV") + "3.1\tgone\tgo\tVERB\tVBN\t_\t_\t_\t1:conj\t_\n\n"
        write(folder / f"en_ewt-ud-{split}.conllu.gz", "".join(blocks))
    return folder


def conllu(sentence: Tagged, number: int) -> str:
    """One sentence as CoNLL-U, its blank line included."""
    rows = "".join(
        row(position, word, tag) for position, (word, tag) in enumerate(zip(sentence.words, sentence.upos, strict=True), start=1)
    )
    return f"# sent_id = mini-{number}\n# text = {' '.join(sentence.words)}\n{rows}\n"


def row(position: int, word: str, tag: str) -> str:
    return f"{position}\t{word}\t{word.lower()}\t{tag}\tX{tag[:2]}\t_\t0\troot\t_\t_\n"


def columns(sentences: list[Tagged], *, separator: str = "\t", blank: str = "") -> str:
    """Word and entity tag, two columns; `blank` is what the blank lines between sentences hold."""
    blocks = ["".join(f"{w}{separator}{t}\n" for w, t in zip(s.words, s.entities, strict=True)) for s in sentences]
    return f"{blank}\n".join(blocks) + f"{blank}\n"


def wnut17(folder: Path, *, test: bool = True) -> Path:
    """Two columns, and a tab in the blank lines."""
    names = {"train": "wnut17train.conll", "dev": "emerging.dev.conll", "test": "emerging.test.annotated"}
    for split in splits(test):
        write(folder / names[split], columns(tagged(SIZES[split], seed=seeds(split)), blank="\t"))
    return folder


def uner_danish_ddt(folder: Path, *, test: bool = True) -> Path:
    """id form tag - annotator, with comments; train holds the illegal gold tag "I-LOC" after "O" as the real one does."""
    for split in splits(test):
        blocks = []
        for number, sentence in enumerate(tagged(SIZES[split], seed=seeds(split))):
            tags = list(sentence.entities)
            if split == "train" and number == 0:
                tags[-1] = "I-LOC"
            rows = [f"{i}\t{word}\t{tag}\t-\ts\n" for i, (word, tag) in enumerate(zip(sentence.words, tags, strict=True), start=1)]
            blocks.append(f"# sent_id = mini-{number}\n# text = {' '.join(sentence.words)}\n{''.join(rows)}\n")
        write(folder / f"da_ddt-ud-{split}.iob2", "".join(blocks))
    return folder


def sst2(folder: Path, *, test: bool = True) -> Path:
    """Text and label (0, 1) without a header, {train,dev,test}.tsv; a text may begin with quotation marks."""
    for split in splits(test):
        rows = labelled(SIZES[split], seed=seeds(split))
        write(folder / f"{split}.tsv", "".join(f"`` {text}\t{int(label == 'asks')}\n" for text, label, _ in rows))
    return folder


REAL = {"multi30k": multi30k, "ud-english-ewt": ud_english_ewt, "wnut17": wnut17, "uner-danish-ddt": uner_danish_ddt, "sst2": sst2}


def data_directory(folder: Path, *, test: bool = True) -> Path:
    """A --data-dir with every miniature corpus in its folder."""
    for name, build in REAL.items():
        build(folder / name, test=test)
    return folder


def sample(folder: Path) -> Path:
    """A `data/` folder with miniatures of the bundled sample's translation, documents, dates, number-words, pronunciation, pos, ner and
    classification parts.
    """
    for split, size in SIZES.items():
        sentences, rows = tagged(size, seed=seeds(split)), pairs(size, seed=seeds(split))
        write(folder / "pos" / f"{split}.conllu", "".join(conllu(s, n) for n, s in enumerate(sentences)))
        write(folder / "ner" / f"{split}.bio", columns(sentences))
        write(folder / "ner" / f"{split}.jsonl", jsonl(sentences))
        write(folder / "translation" / f"{split}.en", "".join(f"{row[0]}\n" for row in rows))
        write(folder / "translation" / f"{split}.fr", "".join(f"{row[2]}\n" for row in rows))
        for column, language in ((0, "en"), (2, "fr")):
            write(folder / "documents" / f"{split}.{language}", documents([row[column] for row in rows]))
        write(folder / "dates" / f"{split}.en", "".join(f"{number % 28 + 1} May {1900 + number}\n" for number in range(size)))
        write(folder / "dates" / f"{split}.iso", "".join(f"{1900 + number}-05-{number % 28 + 1:02}\n" for number in range(size)))
        for language, form in (("num", "{}"), ("en", "the number {}"), ("de", "die Zahl {}")):
            write(folder / "number-words" / f"{split}.{language}", "".join(f"{form.format(7 * number)}\n" for number in range(size)))
        for language, form in (("es", "la{}"), ("ipa", "ˈla{}")):
            write(folder / "pronunciation" / f"{split}.{language}", "".join(f"{form.format('lo' * number)}\n" for number in range(size)))
        texts = labelled(size, seed=seeds(split))
        write(folder / "classification" / f"{split}.tsv", "text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label, _ in texts))
        objects = "".join(json.dumps({"text": text, "labels": names}) + "\n" for text, _, names in texts)
        write(folder / "classification" / f"{split}.jsonl", objects)
    return folder


def labelled(count: int, *, seed: int) -> list[tuple[str, str, list[str]]]:
    """Sentences, whether each asks or states, and the kinds of names in it."""
    rows = []
    for number, sentence in enumerate(tagged(count, seed=seed)):
        words = [word for word in sentence.words if word != "."]
        asks = number % 2 == 0
        text = " ".join(["does", *words] if asks else [*words, "does"])
        rows.append((text, "asks" if asks else "states", sorted({tag[2:] for tag in sentence.entities if tag != "O"})))
    return rows


def documents(lines: list[str]) -> str:
    """Three lines a document, blank lines between."""
    return "\n".join("".join(f"{line}\n" for line in lines[start : start + 3]) for start in range(0, len(lines), 3))


def jsonl(sentences: list[Tagged]) -> str:
    """One object of words and tags a line."""
    return "".join(json.dumps({"tokens": s.words, "tags": s.entities}) + "\n" for s in sentences)
