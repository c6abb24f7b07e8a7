"""The mean of what several readings of one text say: of probabilities, given and told as scores.

A mean of scores would let one reading that is very sure outvote the others.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def mean_of_one(scores: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The mean where labels, along the last axis, exclude one another (softmax).

    >>> np.exp(mean_of_one([np.array([0.0, 0.0]), np.array([9.0, 9.0])])).round(3).tolist()
    [0.5, 0.5]
    """
    shares = [each - np.logaddexp.reduce(each, -1, keepdims=True) for each in scores]
    logs: NDArray[np.float32] = np.logaddexp.reduce(shares, 0)
    return logs - np.float32(np.log(len(shares)))


def mean_of_each(scores: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The mean where each label is judged for itself (the logistic function).

    >>> mean_of_each([np.array([2.0]), np.array([-2.0])]).tolist()
    [0.0]
    """
    told, untold = (-np.logaddexp(0, [-sign * each for each in scores]) for sign in (1, -1))
    mean: NDArray[np.float32] = np.logaddexp.reduce(told, 0) - np.logaddexp.reduce(untold, 0)
    return mean
