"""spaCy's entity recogniser (TransitionBasedParser with BILUO moves) without its state machine.

The recogniser walks over the tokens and chooses a move for each: Begin, In, Last of a name, Unit (a name of one token)
or Out. Its scores read three tokens: the current one, the first token of the open name, and the token before the
current one within that name. Outside a name the last two are always the padding. So all scores outside names are one
product, and only open names have to be walked, all of them together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.extractor.numpy_model.encoding import Floats, UnknownModelError

FEATURES = 3
"""Tokens that a score reads: see above."""

PIECES = 2
"""Pieces of the maxout in the hidden layer."""


class Recognised(NamedTuple):
    """A name: first token, the one behind its last, label."""

    first: int
    stop: int
    label: str


class Recogniser:
    """Names of encoded tokens, by the weights of a recogniser of spaCy's."""

    def __init__(self, ner: Any) -> None:
        """Take the weights of the component `ner`.

        Raises:
            UnknownModelError: Its layers or moves are not those of BILUO over three tokens.
        """
        linear = [layer for layer in ner.model.get_ref("tok2vec").walk() if layer.name == "linear"]
        lower, upper = ner.model.get_ref("lower"), ner.model.get_ref("upper")
        weights = lower.get_param("W")  # features, outputs, pieces, inputs
        if len(linear) != 1 or weights.shape[0] != FEATURES or weights.shape[2] != PIECES:
            raise UnknownModelError(f"{len(linear)} linear layers, hidden layer of shape {weights.shape}")
        self._set_hidden(linear[0], lower, weights)
        self._set_moves(ner.moves, upper)

    def _set_hidden(self, linear: Any, lower: Any, weights: Floats) -> None:
        """Set weights and biases of the hidden layer; pieces side by side."""
        features, outputs, pieces, _ = weights.shape
        weights = weights.transpose(0, 2, 1, 3).reshape(features, pieces * outputs, -1)
        # the linear layer of the tok2vec and the weights of a feature are one product
        projection, projection_bias = linear.get_param("W"), linear.get_param("b")
        self._current, self._begin, self._before = (np.ascontiguousarray((part @ projection).T) for part in weights)
        bias = lower.get_param("b").T.reshape(-1)
        padding = lower.get_param("pad")[0].transpose(0, 2, 1).reshape(features, -1)
        self._outside_bias = bias + weights[0] @ projection_bias + padding[1] + padding[2]
        self._inside_bias = bias + sum(part @ projection_bias for part in weights)

    def _set_moves(self, moves: Any, upper: Any) -> None:
        """Set the output layer's columns by move."""
        names = [moves.get_class_name(number) for number in range(moves.n_moves)]
        columns = {
            move: [number for number, name in enumerate(names) if name.startswith(f"{move}-") and len(name) > 2]
            for move in "BILU"
        }
        self._labels = [names[number][2:] for number in columns["B"]]
        same = all([names[number][2:] for number in columns[move]] == self._labels for move in "ILU")
        if not same or names[-1] != "O":
            raise UnknownModelError(f"moves {names}")
        weights, bias = np.ascontiguousarray(upper.get_param("W").T), upper.get_param("b")
        # outside a name: all B, all U, then O. Of equal scores the first wins, as in spaCy's order of moves
        outside = [*columns["B"], *columns["U"], len(names) - 1]
        self._outside, self._outside_move_bias = np.ascontiguousarray(weights[:, outside]), bias[outside]
        # inside a name of a label there are two moves: I of that label and L of it
        self._goes_on = np.ascontiguousarray((weights[:, columns["I"]] - weights[:, columns["L"]]).T)
        self._goes_on_bias = bias[columns["I"]] - bias[columns["L"]]

    def find(self, tokens: Floats, last: NDArray[np.bool_], is_space: NDArray[np.bool_]) -> list[Recognised]:
        """Names in the order of the tokens.

        Args:
            tokens: Encoded tokens (tokens, width) of all paragraphs, one behind the other.
            last: Whether a token is the last of its sentence or paragraph: no name goes beyond it.
            is_space: Whether a token is white space: no name begins there.
        """
        base = tokens @ self._current
        starts, kinds = self._starts(base, last, is_space)
        if not len(starts):
            return []
        labels = len(self._labels)
        stops = starts + 1
        open_ = np.flatnonzero(kinds < labels)  # those that began with B; the others are units
        stops[open_] = self._stops(tokens, base, starts[open_], kinds[open_], last)
        names, free = [], 0
        for first, stop, label in zip(starts.tolist(), stops.tolist(), (kinds % labels).tolist(), strict=True):
            if first >= free:  # else it lies within the name before
                names.append(Recognised(first, stop, self._labels[label]))
                free = stop
        return names

    def _starts(
        self, base: Floats, last: NDArray[np.bool_], is_space: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Tokens at which a name would begin if none were open, and the column of the move in `_outside`."""
        labels = len(self._labels)
        scores = _maxout(base + self._outside_bias) @ self._outside
        scores += self._outside_move_bias
        scores[:, :labels][last | is_space] = -np.inf  # B is not valid there
        scores[:, labels:-1][is_space] = -np.inf  # neither is U
        best = scores.argmax(1)
        starts = np.flatnonzero(best < 2 * labels)
        return starts, best[starts]

    def _stops(
        self,
        tokens: Floats,
        base: Floats,
        starts: NDArray[np.int64],
        kinds: NDArray[np.int64],
        last: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """The token behind each of these names; all names advance by one token at a time."""
        stops = starts + 1
        names = np.arange(len(starts))
        begins = tokens[starts] @ self._begin + self._inside_bias
        now = starts + 1
        while len(names):
            hidden = _maxout(base[now] + begins + tokens[now - 1] @ self._before)
            advantage = np.einsum("ij,ij->i", hidden, self._goes_on[kinds]) + self._goes_on_bias[kinds]
            goes_on = (advantage >= 0) & ~last[now]
            stops[names[~goes_on]] = now[~goes_on] + 1
            names, kinds, begins, now = names[goes_on], kinds[goes_on], begins[goes_on], now[goes_on] + 1
        return stops


def _maxout(products: Floats) -> Floats:
    """Maximum (rows, outputs) of the two pieces (rows, 2 * outputs)."""
    half = products.shape[1] // PIECES
    maximum: Floats = np.maximum(products[:, :half], products[:, half:])
    return maximum


__all__ = ["Recognised", "Recogniser"]
