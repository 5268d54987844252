"""Small tagged corpora that are drawn: what the tests of HMMTagger learn from."""

import random

WORDS = {
    "DET": ["the", "a", "The", "that"],
    "NOUN": ["dog", "dogs", "Dog", "walk", "tag", "tagger", "that"],
    "VERB": ["walk", "walks", "tags", "walked", "tag"],
    "PROPN": ["Mara", "Odo-Linn", "DOG", "3M"],
    "PUNCT": [".", "!!", ":)", "http://a.org/b"],
}


def corpus(seed, sentences, longest=6):
    """Sentences and tags; some sentences are empty."""
    draw = random.Random(seed)
    words, tags = [], []
    for _ in range(sentences):
        row = [draw.choice(list(WORDS)) for _ in range(draw.randint(0, longest))]
        words.append([draw.choice(WORDS[tag]) for tag in row])
        tags.append(row)
    return words, tags


ODD_WORDS = [
    " ",
    "\u0130stanbul",
    "\ud800",
    "\0",
    "e\u0301",
    "日本語",
    "👍🏽",
    "a" * 300,
    "-",
    "a-b",
    "-ing",
    "ﬀ",
    "ẞ",
    "1,000.50%",
    "@x",
    "#y",
]
