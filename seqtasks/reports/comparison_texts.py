"""How to read each part of a comparison's page, for a reader who sees such a part for the first time."""

HOW_TO_READ = {
    "Systems": (
        "The interval says how far the score would move with other sentences of the same kind, not with other seeds; median and range say "
        "how far it moves with other seeds. ECE is the expected calibration error, in percent. A dash was not measured. Below each system "
        "stands the signature of its score: all that is needed to compute the same number again."
    ),
    "Differences": (
        "A bar that does not touch the dashed line is a difference that other sentences would hardly undo. p is how often a difference of "
        "this size would come up if both systems were equally good; Holm's correction makes up for asking about several pairs. Bold: "
        "at most 0.05. The bootstrap's corrected p decides. McNemar's test counts words, the others draw or swap whole sentences; tests "
        "between seeds ask what other runs would do. Not significant does not mean equal: the data may be too few to tell."
    ),
    "Kinds of words": (
        "The share of words that are right, by what training showed of them. Known words with one tag are easy for anyone; the others show "
        "what a system has learned beyond a word list. Few words of a kind make a wide interval."
    ),
    "Kinds of entities": (
        "The share of entities in gold that were found, by what training showed of their words: with this type, only with another one, or "
        "never. Unseen ones show what a system has learned beyond a list of names. Few of a kind make a wide interval."
    ),
    "Tags": (
        "P (precision): how many of the answers with this tag are right. R (recall): how many of those in gold were found. F1: their "
        "harmonic mean. All in percent; rare tags jump with a handful of words. ◆ marks frequent enough tags whose F1 differs most between "
        "systems; spread is that difference."
    ),
    "Types of entities": (
        "P (precision): how many of the entities answered with this type are right, words and type. R (recall): how many of those in gold "
        "were found. F1: their harmonic mean. All in percent. ◆ marks frequent enough types whose F1 differs most between systems; spread "
        "is that difference."
    ),
    "Confusions": (
        "Rows are the tags in gold, columns what a system answered. Grey cells on the diagonal are right; the darker another cell, the "
        "more often its row's tag was taken for its column's (log colour). Rest a pointer on a cell for its share of the row."
    ),
    "Calibration": (
        "Does 90 % sure mean right nine times in ten? On the dashed line it does; below it a system is too sure of itself, above it too "
        "modest. The expected calibration error is the mean distance from the line, each bin by its words (Naeini et al. 2015; Guo et al. "
        "2017); the adaptive one has bins of equally many words; the Brier score is the mean squared gap between probability and outcome. "
        "Points of few words jump: see the counts."
    ),
    "Cost": (
        "The best place is at the top: to the right for speed, to the left for training. A system with a ring is on the Pareto front "
        "(dashed): none is both better and cheaper. Costs are on log axes: each step is a multiple. Upright bars are 95 % intervals."
    ),
    "Learning curves": (
        "Each system trained again on a part of the training sentences. Bands are 95 % intervals of the median run, rings are runs. A "
        "letter marks from which size on one system's interval lies above the other's, there and at all larger sizes."
    ),
    "Cascade": (
        "The fast system answers where its probability reaches a threshold, the slow one the rest. Each grey dot is a threshold; the ends "
        "are the two systems alone. A curve that bends up between them gains something that neither has."
    ),
    "Overlap of errors": (
        "Two systems that err on different words could help each other; two that err on the same words could not. The oracle knows which "
        "of the two answers is better: how much there is to win by choosing between them."
    ),
    "Sentences": (
        "The sentences on which two systems differ most, each word with the answered tag under it. Wrong answers are boxed and carry ✗, "
        "with the gold tag after the arrow; all others are right."
    ),
    "The data itself": (
        "No tagger can be right on a word that gold tags in two ways for no reason a reader could see, and none should be praised for a "
        "sentence it has learned by heart. These lists show how much of the score that concerns."
    ),
}
