"""Real-time recurrent learning: a gradient that is carried forwards in time.

A teaching function, for the network of `rnn_tutorials.layers.FullyRecurrent`: beside
the units it carries how each unit depends on each weight. Nothing of the past is
stored, so it can learn while a sequence is still running, at n^4 operations a step
for n units; backpropagation through time needs n^2, and the whole past. NumPy only.

    z(t)       = [x(t); 1; y(t)]
    y_k(t+1)   = f(s_k(t)),    s_k(t) = sum_j w_kj z_j(t)
    p_ij^k(t)  = d y_k(t) / d w_ij,    p(0) = 0
    p_ij^k(t+1) = f'(s_k(t)) [ sum_l w_kl p_ij^l(t) + (i = k) z_j(t) ]
    d J / d w_ij = - sum_t sum_k e_k(t) p_ij^k(t),    J = 1/2 sum_t sum_k e_k(t)^2

Reference: R. J. Williams and D. Zipser, "A Learning Algorithm for Continually Running
    Fully Recurrent Neural Networks", Neural Computation 1 (1989), section 3,
    doi:10.1162/neco.1989.1.2.270.
"""

from typing import NamedTuple

import numpy as np

__all__ = ["RTRL", "rtrl", "rtrl_step"]

# f, and its slope as a function of its value
ACTIVATIONS = {
    "sigmoid": (lambda s: 0.5 + 0.5 * np.tanh(s / 2), lambda y: y * (1 - y)),
    "tanh": (np.tanh, lambda y: 1 - y**2),
    "linear": (lambda s: s, np.ones_like),
}


class RTRL(NamedTuple):
    """What `rtrl` returns."""

    outputs: np.ndarray
    loss: float
    gradient: np.ndarray


def rtrl(weights, inputs, targets, *, activation="sigmoid", initial_state=None):
    """Loss of a fully recurrent network on one sequence, and its exact gradient.

    The same as backpropagation through time over the whole sequence, computed forwards.

    Args:
        weights: `(features + 1 + units, units)`, as `cell.kernel` of `FullyRecurrent`:
            column i holds the weights into unit i from inputs, bias and units.
        inputs: `(timesteps, features)`.
        targets: `(timesteps, visible units)`; row t is compared with the units after
            they have read input t. NaN where there is no target.
        activation: f: "sigmoid", "tanh" or "linear".
        initial_state: `(units,)`, the units before the first input; default zeros.

    Returns:
        `RTRL(outputs, loss, gradient)`: the visible units `(timesteps, visible
        units)`, half the sum of squared errors, and its derivative by `weights`, of
        their shape. Float64.

    Raises:
        ValueError: an array whose shape does not fit, an unknown activation.

    Example:
        >>> result = rtrl(np.zeros((1 + 1 + 2, 2)), np.ones((3, 1)), np.ones((3, 1)))
        >>> result.loss, result.gradient.shape
        (0.375, (4, 2))
    """
    weights, inputs, targets, y = _checked(weights, inputs, targets, initial_state)
    visible = targets.shape[1]
    p = np.zeros((y.size, *weights.shape))
    outputs, loss, gradient = np.empty_like(targets), 0.0, np.zeros_like(weights)
    for t, x in enumerate(inputs):
        y, p = rtrl_step(weights, x, y, p, activation=activation)
        outputs[t] = y[:visible]
        e = np.where(np.isnan(targets[t]), 0.0, targets[t] - y[:visible])
        loss += 0.5 * float(e @ e)
        gradient -= np.tensordot(e, p[:visible], axes=1)
    return RTRL(outputs, loss, gradient)


def rtrl_step(weights, x, y, p, *, activation="sigmoid"):
    """One step of the network and of its sensitivities.

    To learn online: after each step take `weights + rate * np.tensordot(e, p[:len(e)],
    axes=1)` with the errors e of the visible units, and go on with the same y and p.

    Args:
        weights: `(features + 1 + units, units)`.
        x: the input x(t), `(features,)`.
        y: the units y(t), `(units,)`.
        p: the sensitivities, `(units,) + weights.shape`: `p[k]` is the derivative of
            unit k by every weight, laid out like the weights.
        activation: f: "sigmoid", "tanh" or "linear".

    Returns:
        y(t+1) and p(t+1).

    Raises:
        ValueError: an unknown activation.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"activation: expected one of {', '.join(map(repr, ACTIVATIONS))}, "
            f"received {activation!r}"
        )
    f, slope = ACTIVATIONS[activation]
    z = np.concatenate([x, [1.0], y])
    recurrent = weights[-len(y) :]  # [l, k]: from unit l to unit k
    through_units = np.tensordot(recurrent.T, p, axes=1)
    unit = np.arange(len(y))
    through_units[unit, :, unit] += z  # a weight into unit k moves it directly as well
    y = f(z @ weights)
    return y, slope(y)[:, None, None] * through_units


def _checked(weights, inputs, targets, initial_state):
    weights, inputs, targets = (
        _array(name, array, 2)
        for name, array in (
            ("weights", weights),
            ("inputs", inputs),
            ("targets", targets),
        )
    )
    lines, units = weights.shape
    features = inputs.shape[1]
    if lines != features + 1 + units:
        raise ValueError(
            f"weights: expected shape (features + 1 + units, units) = "
            f"({features + 1 + units}, {units}) for inputs of {features} features, "
            f"received {weights.shape}"
        )
    if len(targets) != len(inputs) or not 1 <= targets.shape[1] <= units:
        raise ValueError(
            f"targets: expected shape ({len(inputs)}, 1 to {units}), one row per "
            f"timestep and one column per visible unit, received {targets.shape}"
        )
    if initial_state is None:
        return weights, inputs, targets, np.zeros(units)
    state = _array("initial_state", initial_state, 1)
    if len(state) != units:
        raise ValueError(
            f"initial_state: expected shape ({units},), received {state.shape}"
        )
    return weights, inputs, targets, state


def _array(name, values, dimensions):
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise ValueError(
            f"{name}: expected {dimensions} dimension(s), received shape {array.shape}"
        )
    return array
