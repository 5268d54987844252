"""The forms in which `seqtasks predict` writes tagged sentences. Each turns one answer into text without the line's end."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from seqtasks.errors import UsageError
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.tasks.tagging.answers import TaggedLine

CONLLU_COLUMNS = {"lemma": 2, "upos": 3, "xpos": 4, "feats": 5}


def as_ranked_text(answer: TaggedLine) -> str:
    """For each head its best sequences of tags, one a line: head, number, log-probability, probability, word/TAG ...; then a blank line."""
    rows = [
        (
            head,
            str(number),
            f"{path.log_probability:.4f}",
            f"{path.probability:.4f}",
            " ".join(map("/".join, zip(answer.words, path.tags, strict=True))),
        )
        for head, paths in answer.k_best.items()
        for number, path in enumerate(paths, start=1)
        if answer.words
    ]
    return "".join("\t".join(row) + "\n" for row in rows)


def as_conll(answer: TaggedLine) -> str:
    """A word and its tags a line, tab-separated, then its confidences where they are there, and a blank line after the sentence."""
    sure = answer.confidences.values()
    numbers = [[f"{value:.4f}" for value in values] for values in sure]
    rows = zip(answer.words, *answer.tags.values(), *numbers, strict=True)
    return "".join("\t".join(row) + "\n" for row in rows)


def as_json(answer: TaggedLine, *, places: bool = False) -> str:
    """One object; `places`: with the number of the line and where the sentence begins in it."""
    return json.dumps(answer.to_dict(places=places), ensure_ascii=False)


def conllu_writer(layers: Mapping[str, str]) -> Callable[[TaggedLine], str]:
    """A writer of CoNLL-U for heads of these layers: those without a column of their own, and confidences, stand in MISC.

    A sentence without words has no place in CoNLL-U, so it gives nothing.
    """
    columns = {head: CONLLU_COLUMNS.get(layer) for head, layer in layers.items()}
    names = {head: head[:1].upper() + head[1:] for head in layers}

    def as_conllu(answer: TaggedLine) -> str:
        if not answer.words:
            return ""
        rows = [f"# text = {answer.text.strip()}"] if answer.text is not None else []
        for position, word in enumerate(answer.words):
            row = [str(position + 1), word, *"_" * 8]
            more = []
            for head, tags in answer.tags.items():
                column = columns[head]
                if column is None:
                    more.append(f"{names[head]}={tags[position]}")
                else:
                    row[column] = tags[position]
            for head, values in answer.confidences.items():
                more.append(f"{names[head]}Confidence={values[position]:.4f}")
            if touches_next(answer, position):
                more.append("SpaceAfter=No")
            row[9] = "|".join(more) or "_"
            rows.append("\t".join(row))
        return "\n".join(rows) + "\n"

    return as_conllu


def touches_next(answer: TaggedLine, position: int) -> bool:
    """Whether the next word begins where this one ends."""
    offsets = answer.offsets
    return offsets is not None and position + 1 < len(offsets) and offsets[position][1] == offsets[position + 1][0]


def refuse_tagging(options: PredictionOptions) -> None:
    """Options of translation, and options that do not go together."""
    for option, value in (("--n-best", options.n_best > 1), ("--prefix", options.prefixes), ("--alignments", options.alignments)):
        if value:
            raise UsageError(f"{option} is for translation runs.")
    if options.tokens and (options.language is not None or options.split_sentences):
        option = "--split-sentences" if options.split_sentences else "--language"
        raise UsageError(f"{option} is for raw text; with --tokens each line is the words of one sentence. Leave one of the two out.")
    if options.confidence and options.form == "text":
        raise UsageError("--confidence needs --format jsonl, conll, conllu or html; text has no place for it.")
    if options.k_best and options.form not in ("text", "jsonl"):
        raise UsageError(f"--k-best needs --format text or jsonl; {options.form} has one tag for each word.")


def in_form(answers: Iterable[TaggedLine], form: str, layers: Mapping[str, str], *, places: bool, confidence: bool) -> Iterator[str]:
    """Answers in a form. layers: of each head; places: JSON says which line a sentence is of; confidence: whether a page marks it."""
    if form == "html":
        from seqtasks.tasks.tagging.page import page_of  # with Jinja2, which only pages need

        yield from page_of(answers, list(layers), confidence=confidence)
        return
    forms: dict[str, Callable[[TaggedLine], str]] = {
        "text": lambda answer: str(answer) if answer.ranked is None else as_ranked_text(answer),
        "conll": as_conll,
        "conllu": conllu_writer(layers),
        "jsonl": lambda answer: as_json(answer, places=places),
    }
    written = map(forms[form], answers)
    yield from filter(None, written) if form == "conllu" else written
