"""Linear read-outs of recurrent states: fitted, run freely, and what they remember.

For `rnn_tutorials.layers.EchoState`, or the states of any recurrent layer. Least
squares is solved in float64: the columns of a reservoir's states are so much alike that
float32 loses the answer. Imports NumPy and keras.

Reference: H. Jaeger, "The 'echo state' approach to analysing and training recurrent
    neural networks", GMD Report 148 (2001).
"""

from typing import NamedTuple

import numpy as np
from keras import ops

from rnn_tutorials._checks import check_count

__all__ = ["Readout", "fit_readout", "free_run", "memory_capacity"]


class Readout(NamedTuple):
    """A linear map: outputs = states @ kernel + bias; the weights of a `Dense` layer.

    `kernel` is `(units, outputs)`, `bias` `(outputs,)`, both of float64.
    """

    kernel: np.ndarray
    bias: np.ndarray

    def __call__(self, states):
        """Return the outputs `(..., outputs)` for states `(..., units)`."""
        return np.asarray(states, "float64") @ self.kernel + self.bias


def fit_readout(states, targets, *, washout=0, ridge=0.0):
    """Fit the linear read-out that gives the targets from the states.

    Minimises the sum of squared errors plus `ridge` times the squared weights; the
    bias is not penalised. With neither enough steps nor a ridge, the smallest weights
    of all that fit.

    Args:
        states: `(timesteps, units)`, or `(batch, timesteps, units)`.
        targets: the same without units, or with outputs in their place.
        washout: steps at the start of each sequence that are left out, because they
            still show the initial state; below the number of steps.
        ridge: at least 0, in squared units of the states, times steps.

    Returns:
        `Readout`.

    Raises:
        ValueError: shapes that do not fit, values that are not finite, `washout` or
            `ridge` outside its range.

    Example:
        >>> states = np.random.default_rng(0).normal(size=(20, 3))
        >>> readout = fit_readout(states, 2 * states[:, 1] + 5)
        >>> abs(readout.kernel[:, 0]).round(6).tolist(), readout.bias.round(6).tolist()
        ([0.0, 2.0, 0.0], [5.0])
    """
    states, targets = _aligned(states, targets)
    steps = states.shape[-2]
    washout = check_count("washout", washout, at_least=0)
    if washout >= steps:
        raise ValueError(
            f"washout: expected fewer than the {steps} timesteps, received {washout}"
        )
    if not 0 <= ridge < np.inf:
        raise ValueError(f"ridge: expected a number of at least 0, received {ridge!r}")
    X = states[..., washout:, :].reshape(-1, states.shape[-1])
    Y = targets[..., washout:, :].reshape(-1, targets.shape[-1])
    x_mean, y_mean = X.mean(axis=0), Y.mean(axis=0)
    X, Y = X - x_mean, Y - y_mean
    if ridge:
        # More rows instead of the normal equations, which would square the condition.
        X = np.vstack([X, np.sqrt(ridge) * np.eye(X.shape[1])])
        Y = np.vstack([Y, np.zeros((X.shape[1], Y.shape[1]))])
    kernel = np.linalg.lstsq(X, Y)[0]
    return Readout(kernel, y_mean - x_mean @ kernel)


def free_run(layer, readout, state, output, steps):
    """Run a network on its own outputs: each is the next step's input.

    Args:
        layer: an `EchoState`, or another recurrent layer, whose inputs are the outputs
            of one step ago.
        readout: from `fit_readout`, or any function from what the layer gives in a step
            to the outputs.
        state: `(batch, units)`, the state after the last true input; for a layer with
            several states (LSTM) the list of them.
        output: `(batch, outputs)`, the true output of the step before the first one
            that is asked for; None takes what the read-out says of the (first) state.
        steps: how many, at least 1.

    Returns:
        Outputs `(batch, steps, outputs)`, float64. With `output=None` the first of
        them is the read-out of `state`.
    """
    check_count("steps", steps)
    dtype, outputs = layer.compute_dtype, []
    states = state if isinstance(state, (list, tuple)) else [state]
    states = [ops.convert_to_tensor(each, dtype) for each in states]
    if output is None:
        outputs.append(readout(ops.convert_to_numpy(states[0])))
        output = outputs[0]
    while len(outputs) < steps:
        heard = ops.convert_to_tensor(output, dtype)
        found, states = layer.cell(heard, states)
        output = readout(ops.convert_to_numpy(found))
        outputs.append(output)
    return np.stack(outputs, axis=1)


def memory_capacity(states, inputs, max_lag, *, washout=0):
    """How much of a past input a linear read-out of the states can give back.

        MC_k = correlation(x_{t-k}, read-out)^2,    capacity = sum_k MC_k <= units

    The bound holds for inputs that are independent from step to step. A read-out is
    fitted for each lag on the first half and judged on the second, so that what is
    learnt by heart does not count.

    Args:
        states: `(timesteps, units)` of a layer that read the inputs.
        inputs: `(timesteps,)`, random and independent.
        max_lag: longest lag, at least 1.
        washout: first steps that are left out, beside the `max_lag` steps that lack a
            past.

    Returns:
        Squared correlations `(max_lag,)`, for lags 1, 2, ...; their sum is the
        capacity.

    Raises:
        ValueError: as in `fit_readout`; fewer than 2 steps left in a half.

    Reference: H. Jaeger, "Short Term Memory in Echo State Networks", GMD Report 152
        (2002).
    """
    states, inputs = _aligned(states, inputs)
    skip = check_count("max_lag", max_lag) + check_count("washout", washout, 0)
    half = (len(states) - skip) // 2
    if half < 2:
        raise ValueError(
            f"max_lag, washout: expected at least 4 of the {len(states)} timesteps to "
            f"remain, received {max_lag} and {washout}"
        )
    past = np.column_stack(
        [inputs[skip - lag : len(inputs) - lag, 0] for lag in range(1, max_lag + 1)]
    )
    known = states[skip:]
    answers = fit_readout(known[:half], past[:half])(known[half:])
    pairs = zip(past[half:].T, answers.T, strict=True)
    return np.array([np.corrcoef(*pair)[0, 1] ** 2 for pair in pairs])


def _aligned(states, targets):
    """Both as float64; targets with an axis of outputs."""
    states, targets = (np.asarray(each, "float64") for each in (states, targets))
    if targets.ndim == states.ndim - 1:
        targets = targets[..., np.newaxis]
    if states.ndim not in (2, 3) or targets.shape[:-1] != states.shape[:-1]:
        raise ValueError(
            f"targets: expected one row for each of the states "
            f"{states.shape}, (timesteps, units) or (batch, timesteps, units), "
            f"received {targets.shape}"
        )
    for name, values in (("states", states), ("targets", targets)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name}: expected finite numbers, received inf or NaN")
    return states, targets
