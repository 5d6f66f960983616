"""Echo state network: a random reservoir, never trained. Imports keras and NumPy."""

import keras
import numpy as np
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_bias, check_number
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class EchoStateCell(keras.layers.Layer):
    """One time step of `EchoState`.

    Args:
        units, spectral_radius, leak, density, input_scaling, bias_scaling, seed: as in
            `EchoState`.
        **kwargs: `name`, `dtype`.

    Call arguments: inputs `(batch, features)`; states: `h_{t-1}` `(batch, units)`.
    Returns: `h_t` `(batch, units)`, and the list `[h_t]`.
    """

    def __init__(
        self,
        units,
        *,
        spectral_radius=0.9,
        leak=1.0,
        density=1.0,
        input_scaling=1.0,
        bias_scaling=0.0,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = check_count("units", units)
        self.spectral_radius = check_number(
            "spectral_radius", spectral_radius, at_least=0
        )
        self.leak = _check_share("leak", leak)
        self.density = _check_share("density", density)
        self.input_scaling = input_scaling
        self.bias_scaling = check_number("bias_scaling", bias_scaling)
        self.seed = check_count("seed", seed, at_least=0)

    def build(self, input_shape):
        features, units = input_shape[-1], self.units
        rng = np.random.default_rng(self.seed)
        reservoir = self._reservoir(rng)
        scaling = check_bias("input_scaling", self.input_scaling, features, "features")
        scaling = np.broadcast_to(scaling, features)[:, None]

        def frozen(name, values):
            return self.add_weight(
                shape=values.shape,
                initializer=lambda shape, dtype: ops.convert_to_tensor(values, dtype),
                trainable=False,
                name=name,
            )

        self.kernel = frozen("kernel", scaling * rng.uniform(-1, 1, (features, units)))
        self.recurrent_kernel = frozen("recurrent_kernel", reservoir)
        self.bias = frozen("bias", self.bias_scaling * rng.uniform(-1, 1, units))

    def call(self, inputs, states):
        (h,) = states
        net = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        h = (1 - self.leak) * h + self.leak * ops.tanh(net + self.bias)
        return h, [h]

    def get_config(self):
        own = "units spectral_radius leak density input_scaling bias_scaling seed"
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in own.split()},
        }

    def _reservoir(self, rng):
        shape = self.units, self.units
        W = rng.uniform(-1, 1, shape) * (rng.random(shape) < self.density)
        if not has_cycle(W):
            raise ValueError(
                f"spectral_radius: expected a reservoir that can be scaled to "
                f"{self.spectral_radius:g}, received a nilpotent draw, whose radius is "
                f"0 at any scale (units {self.units}, density {self.density:g}, seed "
                f"{self.seed}); raise the density or take another seed"
            )
        return W * (self.spectral_radius / np.abs(np.linalg.eigvals(W)).max())


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class EchoState(Recurrent):
    """Reservoir of an echo state network: random, fixed, rich in echoes of its input.

    Intuition: a large random network that nobody trains. Its units answer the input's
    recent past in as many different ways as there are units, and a linear read-out,
    the one thing that is trained, picks from these what it needs: a single
    least-squares problem (`rnn_tutorials.readout.fit_readout`), or a `Dense` layer.

        h_t = (1 - leak) h_{t-1} + leak tanh(W_in x_t + W h_{t-1} + b),    h_0 = 0
        W: uniform in [-1, 1], a share `density` of it not 0, then scaled to the radius

    Output feedback needs no weights of its own: give the last output as a feature of
    the input (`rnn_tutorials.readout.free_run`). Radius and leak in the notation of
    Jaeger 2001, with gain C and decay a: leak = C a, spectral radius rho / a, and
    inputs, feedback and bias divided by a; the states are then a times as large.

    Args:
        units: size of the reservoir, at least 1.
        spectral_radius: largest absolute eigenvalue of W, exact to rounding, at least
            0. Below 1 the echoes usually fade; how slowly, it decides.
        leak: share of a state that is renewed at each step, above 0, at most 1.
        density: share of connections inside the reservoir, above 0, at most 1.
        input_scaling: input weights are uniform in plus or minus this: a number, or
            one for each feature.
        bias_scaling: the same for the bias.
        seed: of the random weights. The same seed gives the same reservoir.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...
            `dtype="float64"` for read-outs by least squares.

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `(batch,
        units)`, mask `(batch, timesteps)`.
    Returns: `h` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `h`.
    Masking: a masked step changes neither state nor output.
    Raises: ValueError: an argument outside its range; a draw without any cycle, which
        is nilpotent: its spectral radius is 0 and can't be set.

    Example:
        >>> layer = EchoState(50, density=0.2, return_sequences=True)
        >>> tuple(layer(keras.ops.ones((2, 10, 3))).shape), len(layer.trainable_weights)
        ((2, 10, 50), 0)

    Reference: H. Jaeger, "The 'echo state' approach to analysing and training recurrent
        neural networks", GMD Report 148 (2001); H. Jaeger, M. Lukosevicius, D. Popovici
        and U. Siewert, Neural Networks 20 (2007), doi:10.1016/j.neunet.2007.04.016.
    """

    def __init__(
        self,
        units,
        *,
        spectral_radius=0.9,
        leak=1.0,
        density=1.0,
        input_scaling=1.0,
        bias_scaling=0.0,
        seed=0,
        **kwargs,
    ):
        cell = EchoStateCell(
            units,
            spectral_radius=spectral_radius,
            leak=leak,
            density=density,
            input_scaling=input_scaling,
            bias_scaling=bias_scaling,
            seed=seed,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)


def has_cycle(W):
    """Whether any unit hears itself, directly or through others."""
    linked = W != 0
    while linked.size:
        inside = linked.any(axis=0) & linked.any(axis=1)
        if inside.all():
            return True
        linked = linked[inside][:, inside]
    return False


def _check_share(name, value):
    share = check_number(name, value)
    if not 0 < share <= 1:
        raise ValueError(f"{name}: expected above 0, at most 1, received {value!r}")
    return share
