"""Who hears of a run, or of a fit, is checked before any work starts: one line for what cannot be called, or is no watcher."""

import pytest

from seqtasks import Callbacks, EpochWatcher, NeuralClassifier, NeuralTagger
from seqtasks.cli.progress import TerminalWatcher
from seqtasks.errors import WrongTypeError
from seqtasks.training.loop import Watcher

DERIVE = "Give seqtasks.EpochWatcher(print), or an instance of a class that derives from it."
FAULTS = [
    ({"log": "log.txt"}, "log is 'log.txt', which cannot be called. Give a function, or leave it out."),
    ({"log": None}, "log is None, which cannot be called. Give a function, or leave it out."),
    ({"stop_asked": False}, "stop_asked is False, which cannot be called. Give a function, or leave it out."),
    ({"watcher": EpochWatcher}, "watcher is the class EpochWatcher. Give an instance: EpochWatcher()."),
    ({"watcher": print}, f"watcher is <built-in function print>, which has no method start. {DERIVE}"),
    ({"watcher": None}, f"watcher is None, which has no method start. {DERIVE}"),
]


@pytest.mark.parametrize(("given", "message"), FAULTS)
def test_callbacks_that_cannot_be_called_are_refused_where_they_are_made(given: dict[str, object], message: str) -> None:
    with pytest.raises(WrongTypeError) as caught:
        Callbacks(**given)
    assert str(caught.value) == message


def test_watchers_that_derive_from_ours_or_have_all_methods_are_taken() -> None:
    class Half(Watcher):
        def epoch_ended(self, row: object, saved: str) -> None:
            return

    for watcher in (EpochWatcher(), EpochWatcher(print), TerminalWatcher(), Half()):
        assert Callbacks(watcher=watcher).watcher is watcher


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_so_is_the_progress_of_an_estimator(method: str) -> None:
    message = r"^progress is True, which cannot be called\. Give a function, or leave it out\.$"
    with pytest.raises(WrongTypeError, match=message):
        getattr(NeuralTagger(), method)([["a"]], [["X"]], progress=True)
    with pytest.raises(WrongTypeError, match=message):
        NeuralClassifier().fit(["a", "b"], ["x", "y"], progress=True)
