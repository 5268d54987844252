"""The README card of each corpus: what it is, how it was made, sizes and checksums, all computed from the files."""

import hashlib
import json

TITLES = {
    "translation": "English-French sentences",
    "pos": "Parts of speech",
    "ner": "Named entities",
    "documents": "English-French documents",
    "classification": "Kinds of sentences",
    "dates": "Dates",
    "number-words": "Numbers in words",
    "pronunciation": "Spanish words and how they are spoken",
}
ABOUT = {
    "translation": """One sentence a line, `X.en` beside `X.fr`, plain text in UTF-8 with a space before the French ? and !.
An English sentence has one French translation wherever it occurs. `dev` is drawn like `train`. Much of `test` has structures that are
kept out of `train` and `dev` (`sample_grammar.splits.held_out`), with known words; `test_unseen` has known structures with names, and
some nouns, verbs and adjectives, that `train` never shows. English nouns for people ("singer") are masculine in French unless their
sentence says otherwise ("her", a woman's name); "you" is always "vous", and the speaker of a single sentence is a man.""",
    "pos": """The English side of `../translation` in CoNLL-U: words, lemmas, universal tags (UPOS) and Penn tags (XPOS); no syntax.
Many words are both nouns and verbs, adjectives and verbs, prepositions and conjunctions, names and words ("The patient guards guard
bridges"); which one it is follows from the sentence, often from its far end. `train` is the first part of `../translation/train.en`.""",
    "ner": """The English side of `../translation` (of `train`, the first part). `X.bio` has two columns, word and BIO tag, with an empty
line after each sentence, and holds the outermost entities. `X.jsonl` holds the same sentences with all entities, also those inside
others: `{"text": ..., "tokens": [...], "spans": [{"start": 3, "end": 6, "label": "ORG"}, ...]}`, `end` exclusive, an outer entity before
its inner ones. Labels: PER, LOC, ORG, MISC (nationalities, works, events). Names are shared: Jordan is a boy and a country, Lyon a
city and its team.""",
    "documents": """Documents of four to eight sentences, one sentence a line, an empty line between documents, the same lines on both
sides. Later sentences depend on earlier ones: "It is old." is "Il est vieux." or "Elle est vieille." by the noun some sentences back,
"I am tired." is "Je suis fatigué." or "Je suis fatiguée." by who spoke first. So the same English sentence may have two translations
here, unlike in `../translation`.""",
    "classification": """English sentences, other ones than in `../translation`. `X.tsv` has a header and two tab-separated columns, `text`
and `label`: what the sentence does, `statement`, `denial`, `question` or `command`, as many of each. Which words it holds does not tell:
a question turns a statement's first words around ("Has Rose thanked the guard"), "not" denies only in the main clause, and the final mark
is left out. `X.jsonl` holds the same sentences with the kinds of names in them (several labels a text, or none):
`{"text": ..., "labels": ["LOC", "PER"]}`. `test_unseen` has names and words that `train` never shows.""",
    "dates": """Days from 1900 to 2099 as people write them, `X.en`, beside ISO 8601, `X.iso`: "the 2nd of May, 1954", "Sun 2 May 1954",
"2/5/1954" (the day before the month) and seven other forms are all 1954-05-02. No day stands in two parts.""",
    "number-words": """Numbers below a million, `X.num`, beside English words, `X.en` ("three hundred and ten thousand seven hundred and
thirty-six"), and German ones, `X.de` ("dreihundertzehntausendsiebenhundertsechsunddreißig"). All numbers below 100 stand in `train`; the
others have three to six digits, as many of each. No number stands in two parts.""",
    "pronunciation": """Spanish words, `X.es`, beside their phonemes, `X.ipa`: "cigüeña" is θiˈɡweɲa. The words are forms of common verbs,
nouns and adjectives; the phonemes are not from a dictionary but by the rules of Castilian spelling, which say them wholly
(`sample_grammar/spanish.py`; ˈ stands before the stressed syllable, glides are j and w). No lemma stands in two parts.""",
}


def checksum(text: str) -> str:
    """The SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sentences_of(name: str, text: str) -> list[list[str]]:
    """The sentences of a file as lists of words."""
    if name.startswith("classification/"):
        texts = [json.loads(line)["text"] if line.startswith("{") else line.partition("\t")[0] for line in text.splitlines()]
        return [one.split() for one in texts if one != "text"]
    if name.endswith(".jsonl"):
        return [json.loads(line)["tokens"] for line in text.splitlines()]
    if name.endswith((".en", ".fr", ".de", ".es", ".iso", ".num", ".ipa")):
        return [line.replace("'", "' ").split() for line in text.splitlines() if line]
    column = 1 if name.endswith(".conllu") else 0
    blocks = [block for block in text.split("\n\n") if block]
    return [[row.split("\t")[column] for row in block.splitlines() if not row.startswith("#")] for block in blocks]


def size_row(name: str, text: str) -> str:
    """One row of a card's table."""
    sentences = sentences_of(name, text)
    words = [word for sentence in sentences for word in sentence]
    mean = len(words) / len(sentences)
    file = name.split("/")[1]
    return f"| `{file}` | {len(sentences):,} | {len(words):,} | {len(set(words)):,} | {mean:.1f} | `{checksum(text)}` |"


def card(corpus: str, files: dict[str, str]) -> str:
    """The card of one corpus."""
    rows = "\n".join(size_row(name, text) for name, text in files.items() if name.startswith(corpus + "/"))
    return f"""# {TITLES[corpus]}

{ABOUT[corpus]}

Made by `python data/make_sample.py` from a grammar and a lexicon written for this project (`data/sample_grammar`); no text from
elsewhere. Names are invented or common, and no person or company is meant. Licence: that of the project.

| file | sentences | words | distinct words | words a sentence | SHA-256 |
|---|---|---|---|---|---|
{rows}
"""


INDEX = """# Sample corpora

Small corpora that the project made itself, so that every task runs without a download.

| folder | what |
|---|---|
| [translation](translation/README.md) | English-French sentence pairs |
| [pos](pos/README.md) | the English sentences with parts of speech (CoNLL-U) |
| [ner](ner/README.md) | the English sentences with named entities (BIO, and JSONL with nested ones) |
| [documents](documents/README.md) | English-French documents whose pronouns reach across sentences |
| [classification](classification/README.md) | English sentences with what they do (TSV), and with the kinds of names in them (JSONL) |
| [dates](dates/README.md) | dates as people write them, and in ISO 8601 |
| [number-words](number-words/README.md) | numbers, and their words in English and German |
| [pronunciation](pronunciation/README.md) | Spanish words, and their phonemes |

    python data/make_sample.py            # makes all files again, the same bytes on every machine
    python data/make_sample.py --check    # makes them in memory and compares checksums

The grammar is in `sample_grammar/`; sizes, seed and the share of held-out structures are at the top of `sample_grammar/splits.py`, how
often the grammar does what in `Knobs` (`sample_grammar/world.py`) and `CONSTRUCTIONS` (`sample_grammar/generate.py`).
`checksums.json` lists the SHA-256 of every file.
"""


def cards(files: dict[str, str]) -> dict[str, str]:
    """All cards and the index."""
    made = {f"{corpus}/README.md": card(corpus, files) for corpus in TITLES}
    return {"README.md": INDEX, **made}
