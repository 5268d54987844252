"""The surface of scikit-learn's estimators without scikit-learn, which takes longer to load than a tagger to answer.

`clone`, `cross_val_score` and `GridSearchCV` ask an estimator for its parameters and its tags; nothing else of theirs is needed here. What
scikit-learn itself must say (its tags, its error for an unfitted estimator) is imported in the functions that only its users reach.
"""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

from seqtasks.errors import did_you_mean

E = TypeVar("E", bound="Estimator")


class Estimator:
    """A class whose `__init__` only stores its keyword arguments, under their names. What is learned has names that end in `_`."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of `__init__` as they stand. deep: is there for scikit-learn, and changes nothing."""
        return {name: getattr(self, name) for name in defaults_of(type(self))}

    def set_params(self: E, **params: Any) -> E:
        """Change some arguments of `__init__`. Raises ValueError, as scikit-learn does, for one that there is not."""
        known = defaults_of(type(self))
        for name in params:
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self!r}{did_you_mean(name, known)} Valid parameters are: {list(known)!r}."
                )
        vars(self).update(params)
        return self

    def check_fitted(self, learned: str) -> None:
        """Raises scikit-learn's NotFittedError where the attribute `learned` is not there."""
        if not hasattr(self, learned):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with appropriate arguments before using this estimator."
            )

    def __repr__(self) -> str:
        """The class with the arguments that differ from their defaults."""
        defaults, now = defaults_of(type(self)), self.get_params()
        changed = [f"{name}={now[name]!r}" for name in sorted(now) if repr(now[name]) != repr(defaults[name])]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn, from 1.6 on, asks an estimator about itself: those of its base class."""
        from sklearn.base import BaseEstimator

        return BaseEstimator.__sklearn_tags__(self)


def defaults_of(kind: type) -> dict[str, Any]:
    """{argument of `__init__`: its default}, in alphabetical order as scikit-learn has them."""
    parameters = inspect.signature(kind).parameters
    return {name: parameters[name].default for name in sorted(parameters)}
