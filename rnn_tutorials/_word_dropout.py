"""Word dropout: in training a share of the words is unknown, drawn anew every time.

Imports NumPy and the numbering of words. Public as `rnn_tutorials.word_dropout`.
"""

import numpy as np

from rnn_tutorials.datasets.text import OOV_ID, PADDING_ID


def word_dropout(rate, *, seed):
    """Return a `transform` for `BucketDataset` that hides words in every batch.

    Intuition: a network that cannot count on any single word learns to use many; it
    over-fits later. Only for training: what is judged is read in full.

    Args:
        rate: share of the ids that become "out of vocabulary", from 0 to below 1.
            Padding stays.
        seed: at least 0; two transforms with the same seed hide the same places.

    Returns:
        Function of a padded batch of ids `(batch, steps)`, or of a dict of inputs whose
        "word_ids" are such a batch; it returns the same with words hidden, as a copy.

    Raises:
        ValueError: a rate below 0, or of 1 and more.

    Example:
        >>> hide = word_dropout(0.5, seed=0)
        >>> hide(np.array([[1, 7, 8, 9, 0, 0]])).tolist()
        [[1, 2, 2, 2, 0, 0]]

    Source: Iyyer et al. 2015, "Deep Unordered Composition Rivals Syntactic Methods
    for Text Classification" (ACL); there the words are left out.
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate: expected 0 to below 1, received {rate!r}")
    rng = np.random.default_rng(seed)

    def hide(x):
        if isinstance(x, dict):
            return {**x, "word_ids": hide(x["word_ids"])}
        hidden = (rng.random(x.shape) < rate) & (x != PADDING_ID)
        return np.where(hidden, np.array(OOV_ID, x.dtype), x)

    return hide
