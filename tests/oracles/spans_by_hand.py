"""Entities, their errors and their scores the slow and obvious way. An entity is (start, end, label), end exclusive."""

from __future__ import annotations

import itertools

Entity = tuple[int, int, str]


def lenient_entities(tags: list[str]) -> set[Entity]:
    """conlleval's reading: runs of words; a new run opens at B- and S-, after O, E- and S-, and where the label changes."""
    runs: list[list[int]] = []
    for position, tag in enumerate(tags):
        if tag == "O":
            continue
        before = tags[position - 1] if position else "O"
        opens = tag[0] in "BS" or before == "O" or before[0] in "ES" or before[2:] != tag[2:]
        if opens:
            runs.append([position])
        else:
            runs[-1].append(position)
    return {(run[0], run[-1] + 1, tags[run[0]][2:]) for run in runs}


def strict_entities(tags: list[str], scheme: str) -> set[Entity]:
    """Every stretch of words whose tags spell out one entity of the scheme, and that does not go on behind it."""
    found = set()
    for start, end in itertools.combinations(range(len(tags) + 1), 2):
        label = tags[start][2:]
        stretch = tags[start:end]
        if scheme == "BIO":
            spelled = [f"B-{label}"] + [f"I-{label}"] * (end - start - 1)
            complete = end == len(tags) or tags[end] != f"I-{label}"
        else:
            spelled = [f"S-{label}"] if end - start == 1 else [f"B-{label}"] + [f"I-{label}"] * (end - start - 2) + [f"E-{label}"]
            complete = True
        if label and stretch == spelled and complete:
            found.add((start, end, label))
    return found


def write_tags(entities: list[Entity], length: int, scheme: str) -> list[str]:
    """The legal tags of entities that do not overlap."""
    tags = ["O"] * length
    for start, end, label in entities:
        for position in range(start, end):
            tags[position] = f"I-{label}"
        if scheme == "BIO" or (scheme == "IOB1" and start and tags[start - 1][1:] == f"-{label}"):
            tags[start] = f"B-{label}"
        if scheme == "BIOES":
            tags[start], tags[end - 1] = f"B-{label}", f"E-{label}"
            if end - start == 1:
                tags[start] = f"S-{label}"
    return tags


def percentages(gold: list[set[Entity]], predicted: list[set[Entity]]) -> tuple[float, float, float]:
    """Precision, recall and F1 by counting."""
    correct = sum(len(true & found) for true, found in zip(gold, predicted, strict=True))
    golds, predictions = sum(map(len, gold)), sum(map(len, predicted))
    precision = 100 * correct / predictions if predictions else 0.0
    recall = 100 * correct / golds if golds else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if correct else 0.0


def most_boundary_errors(gold: set[Entity], predicted: set[Entity]) -> int:
    """The most pairs (right type, wrong boundaries that overlap) that can be made one to one, by trying every choice."""
    true, found = sorted(gold - predicted), sorted(predicted - gold)
    same_place = {entity[:2] for entity in true} & {entity[:2] for entity in found}
    true = [entity for entity in true if entity[:2] not in same_place]
    found = [entity for entity in found if entity[:2] not in same_place]

    def best(rest: list[Entity], free: frozenset[Entity]) -> int:
        if not rest:
            return 0
        entity, others = rest[0], rest[1:]
        choices = [other for other in free if other[2] == entity[2] and max(other[0], entity[0]) < min(other[1], entity[1])]
        return max([best(others, free), *(1 + best(others, free - {choice}) for choice in choices)])

    return best(true, frozenset(found))
