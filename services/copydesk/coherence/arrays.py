"""Types of arrays that the stage computes with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

TINY = 1e-9
"""Lower bound of a denominator, so that a quotient of two zeros stays finite."""
