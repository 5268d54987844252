"""One finished tagging run, measured in a process of its own: python -m seqtasks.comparison.measure RUN_DIR HEAD WORDS.json ANSWER.json

It loads the run, warms up on a few sentences, tags all of them and writes tags, confidences, words a second and the process's peak memory.
The speed is the median of three rounds, each with the run loaded anew, so that nothing is remembered of the round before. An HMM is loaded
without torch, as `from seqtasks import HMMTagger` does, so that its memory is its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

WARM_UP = 50  # sentences
ROUNDS = 3
Sentences = list[list[str]]
Answers = tuple[list[list[str]], list[list[float]]]


def main(run_dir: Path, head: str, words: Path, answer: Path) -> None:
    """Measure the run on the sentences of `words` and write the answer."""
    sentences: Sentences = json.loads(words.read_text(encoding="utf-8"))
    load = hmm_loader if (run_dir / "hmm").is_dir() else network_loader
    speeds, tags = [], []
    for _ in range(ROUNDS):
        tag, tag_with_confidence = load(run_dir, head)
        tag(sentences[:WARM_UP])
        began = time.perf_counter()
        tags = tag(sentences)
        speeds.append(sum(map(len, sentences)) / (time.perf_counter() - began))
    peak = peak_memory()
    answers, confidences = tag_with_confidence(sentences)
    found = {"tags": tags, "confidences": confidences, "same": answers == tags, "tokens_per_second": median(speeds), "peak_memory": peak}
    answer.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def hmm_loader(run_dir: Path, head: str) -> tuple[Callable[[Sentences], list[list[str]]], Callable[[Sentences], Answers]]:
    """The two ways of tagging with the HMM of a run."""
    from seqtasks.hmm.confidence import tags_with_confidence
    from seqtasks.hmm.tagger import HMMTagger

    tagger = HMMTagger.load(run_dir / "hmm")
    return tagger.predict, lambda sentences: tags_with_confidence(tagger, sentences)


def network_loader(run_dir: Path, head: str) -> tuple[Callable[[Sentences], list[list[str]]], Callable[[Sentences], Answers]]:
    """The two ways of tagging with the network of a run."""
    from seqtasks.runs.load import load
    from seqtasks.tasks.tagging.predictor import TaggingPredictor

    predictor = load(run_dir)
    if not isinstance(predictor, TaggingPredictor):
        raise TypeError(f"{run_dir} holds no tagger")
    tagger = predictor.tagger
    return (
        lambda sentences: [answer[head] for answer in tagger.tag(sentences, (head,))],
        lambda sentences: tagger.tag_with_confidence(sentences, head),
    )


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
