"""One network architecture with the weights of several random seeds.

Imports keras, the builders and seeds.
"""

import keras
import numpy as np
from tqdm import tqdm

from rnn_tutorials import builders
from rnn_tutorials.seeds import restart

_BUILDERS = {
    "lstm": (builders.build_lstm, 32),
    "window-mlp": (builders.build_window_mlp, 64),
    "stacked-lstm": (builders.build_stacked_lstm, (32, 32)),
    "bidirectional": (builders.build_bidirectional_lstm, 24),
    "gru": (lambda *args, **kw: builders.build_deep_rnn(*args, cell="gru", **kw), 32),
    "deep-rnn": (builders.build_deep_rnn, (24, 24, 24)),
}
MODELS = tuple(_BUILDERS)


class Ensemble:
    """Networks that differ in their random seed alone, trained one after the other.

    Args:
        network: built `keras.Model`; holds one set of weights at a time.
        weights: for each member, what `network.get_weights()` gave.
    """

    def __init__(self, network, weights):
        self._network, self._weights = network, list(weights)

    @classmethod
    def of(cls, model, timesteps, features, horizon, seeds):
        """Make one of `MODELS`, untrained: windows -> `(batch, horizon, 1)`."""
        build, units = _BUILDERS[model]
        network = build(timesteps, features, units=units, horizon=horizon, targets=0)
        network.compile(keras.optimizers.Adam(5e-3, clipnorm=1.0), "mae")
        return cls(network, [None] * seeds)

    def fit(self, train, validation, epochs, progress):
        """Train every member until the validation error no longer falls."""
        seeds = range(len(self._weights))
        with tqdm(total=len(seeds) * epochs, unit="epoch", disable=not progress) as bar:
            for seed in seeds:
                best = keras.callbacks.EarlyStopping(
                    patience=6, restore_best_weights=True
                )
                restart(self._network, seed).fit(
                    train,
                    validation_data=validation,
                    epochs=epochs,
                    callbacks=[best, _Progress(bar, (seed + 1) * epochs)],
                    verbose=0,
                )
                self._weights[seed] = self._network.get_weights()

    def __call__(self, x):
        """Outputs of every member, `(members, batch, horizon, 1)`, float64."""
        return np.stack([np.asarray(n(x), "float64") for n in self._members()])

    def networks(self):
        """Functions that give the members, each only until the next is asked for."""
        return [lambda w=weights: self._member(w) for weights in self._weights]

    def _members(self):
        return map(self._member, self._weights)

    def _member(self, weights):
        self._network.set_weights(weights)
        return self._network


class _Progress(keras.callbacks.Callback):
    def __init__(self, bar, end):
        super().__init__()
        self.bar, self.end = bar, end

    def on_epoch_end(self, epoch, logs=None):
        self.bar.update()
        self.bar.set_postfix(error=f"{logs['val_loss']:.3g}")

    def on_train_end(self, logs=None):
        # Stopped early: the epochs that are not needed count as done.
        self.bar.update(self.end - self.bar.n)
