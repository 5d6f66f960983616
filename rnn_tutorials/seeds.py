"""Several random seeds of one compiled model, without tracing it again.

Imports keras only.
"""

import keras


def restart(model, seed):
    """Give a compiled model new random weights and a fresh optimizer.

    Intuition: on a CPU, TensorFlow spends seconds on tracing the training step of a
    recurrent network, often more than on training a small one. A new model per seed
    pays that each time; this keeps the traced step and replaces what it works on.

    Args:
        model: a built and compiled `keras.Model` whose layers have a configuration
            (all that the builders return). Changed in place.
        seed: for `keras.utils.set_random_seed`, which is called first, so that
            shuffling and dropout follow it too.

    Returns:
        The same model, untrained.

    Raises:
        ValueError: a model that is not compiled.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> first, again = (restart(model, 7).get_weights()[0] for _ in range(2))
        >>> bool((first == again).all())
        True
    """
    if not model.compiled:
        raise ValueError("model: expected a compiled model, received one that is not")
    keras.utils.set_random_seed(seed)
    # Not only the weights: the random seeds of dropout are variables too.
    clone = keras.models.clone_model(model)
    for variable, initial in zip(model.variables, clone.variables, strict=True):
        variable.assign(initial)
    old = model.optimizer
    if old.built:
        new = type(old).from_config(old.get_config())
        new.build(model.trainable_variables)
        for variable, initial in zip(old.variables, new.variables, strict=True):
            variable.assign(initial)
    return model
