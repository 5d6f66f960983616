"""How a network finds a place in its memory. Imports keras only.

Shapes: memory `(batch, slots, width)`; weightings `(batch, heads, slots)`, at least 0.
"""

from keras import ops

# Keeps logarithms and quotients finite. Rounding in float32 is a thousand times more.
TINY = 1e-10


def one_plus(x):
    """1 + log(1 + e^x), so at least 1."""
    return 1 + ops.softplus(x)


def by_content(memory, keys, strengths):
    """Softmax over the slots of cosine similarity times strength.

    Keys `(batch, heads, width)`, strengths `(batch, heads, 1)`.
    """
    return ops.softmax(strengths * _cosine(keys, memory), axis=-1)


def shifted(weights, shifts):
    """Circular convolution of weightings with `shifts` `(batch, heads, 2 reach + 1)`.

    The first of the shifts is a step of `reach` slots back, the last one forwards.
    """
    reach = shifts.shape[-1] // 2
    return sum(
        shifts[..., i : i + 1] * ops.roll(weights, i - reach, axis=-1)
        for i in range(2 * reach + 1)
    )


def sharpened(weights, powers):
    """Weightings to the power of `powers` `(batch, heads, 1)`, made to sum to 1."""
    # As a softmax: a high power of small shares is 0 in float32 for all of them.
    logits = _precise(powers) * ops.log(_precise(weights) + TINY)
    return ops.cast(ops.softmax(logits, axis=-1), weights.dtype)


def read(memory, weights):
    """What the heads see: `(batch, heads, width)`."""
    return ops.matmul(weights, memory)


def write(memory, weights, erase, add):
    """The memory after all heads have erased, and then added.

    Erase (shares, 0 to 1) and add: `(batch, heads, width)`.
    """
    kept = 1 - weights[..., :, None] * erase[..., None, :]
    return memory * ops.prod(kept, axis=1) + ops.matmul(
        ops.swapaxes(weights, -1, -2), add
    )


def _cosine(keys, memory):
    def unit(x):
        x = _precise(x)
        square = ops.sum(ops.square(x), axis=-1, keepdims=True)
        return x * ops.rsqrt(square + TINY**2)

    cosine = ops.matmul(unit(keys), ops.swapaxes(unit(memory), -1, -2))
    return ops.cast(cosine, keys.dtype)


def _precise(x):
    """At least float32: in half precision an almost empty memory would be nothing."""
    return x if x.dtype == "float64" else ops.cast(x, "float32")
