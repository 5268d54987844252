"""One finished tagging run, measured in a process of its own: python -m seqtasks.comparison.measure RUN_DIR HEAD WORDS.json ANSWER.json

It loads the run, warms up on a few sentences, tags all of them and writes tags, confidences, words a second and the process's peak memory.
The speed is the median of three rounds, each with the run loaded anew, so that nothing is remembered of the round before. Its kind of
task says how it is loaded (`TaskKind.word_tagger`): an HMM without torch, so that its memory is its own.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.table import kind_of, saved_recipe

WARM_UP = 50  # sentences
ROUNDS = 3
Sentences = list[list[str]]


def main(run_dir: Path, head: str, words: Path, answer: Path) -> None:
    """Measure the run on the sentences of `words` and write the answer."""
    sentences: Sentences = json.loads(words.read_text(encoding="utf-8"))
    directory = RunDirectory.open(run_dir).finished()
    recipe = saved_recipe(directory)
    speeds, tags = [], []
    for _ in range(ROUNDS):
        tagger = kind_of(recipe).word_tagger(directory, recipe, head)
        tagger.tag(sentences[:WARM_UP], (head,))
        began = time.perf_counter()
        tags = [answer[head] for answer in tagger.tag(sentences, (head,))]
        speeds.append(sum(map(len, sentences)) / (time.perf_counter() - began))
    peak = peak_memory()
    answers, confidences = tagger.tag_with_confidence(sentences, head)
    found = {"tags": tags, "confidences": confidences, "same": answers == tags, "tokens_per_second": median(speeds), "peak_memory": peak}
    answer.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def peak_memory() -> int | None:
    """The most memory this process has held, in bytes; None where the system does not say.

    Linux's getrusage would also count what the parent held before this process was started; /proc does not.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
