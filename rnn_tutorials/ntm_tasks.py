"""The tasks of the Neural Turing Machine paper: how they are learnt, and what came out.

Lessons 27 and 27b train those called short by their recipes; the others take minutes.
For them `make train-ntm` leaves weights and a log in `data/ntm/`. Imports keras, tqdm,
and the layers and data sets of this package.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Callable

import keras
import numpy as np
from tqdm import tqdm

from rnn_tutorials import datasets
from rnn_tutorials._whole_file import write_whole
from rnn_tutorials.datasets.algorithmic import Task
from rnn_tutorials.datasets.series import bundled_dir
from rnn_tutorials.layers import NTM
from rnn_tutorials.seeds import restart

NETWORKS = ("ntm", "lstm")
CHUNK = 100  # batches that are made and trained on at a time


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a task is made and learnt."""

    generate: Callable  # (n, seed) -> task of n sequences
    memory: dict  # of the NTM layer: slots and heads
    batches: int
    controller: str = "dense"
    units: int = 100
    rate: float = 0.005
    batch_size: int = 16
    seed: int = 0


RECIPES = {
    "short-copy": Recipe(
        lambda n, seed: datasets.generate_copy(n, (1, 5), bits=5, seed=seed),
        {"memory_size": 16, "memory_width": 10, "read_heads": 2},
        batches=600,
    ),
    "copy": Recipe(
        lambda n, seed: datasets.generate_copy(n, (1, 10), bits=5, seed=seed),
        {"memory_size": 32, "memory_width": 10, "read_heads": 2},
        batches=1200,
        seed=1,
    ),
    "associative-recall": Recipe(
        lambda n, seed: datasets.generate_associative_recall(n, (2, 4), seed=seed),
        {"memory_size": 48, "memory_width": 20, "read_heads": 4},
        rate=0.004,
        batches=3000,
        seed=2,
    ),
    "repeat-copy": Recipe(
        lambda n, seed: datasets.generate_repeat_copy(
            n, (1, 5), (1, 5), bits=4, seed=seed
        ),
        {"memory_size": 32, "memory_width": 10, "read_heads": 3, "write_heads": 2},
        batches=2000,
        seed=5,
    ),
    "short-ngrams": Recipe(
        lambda n, seed: datasets.generate_ngrams(n, 50, order=3, seed=seed),
        {"memory_size": 16, "memory_width": 10, "first_memory": "trained"},
        controller="lstm",
        units=32,
        rate=0.006,
        batch_size=32,
        batches=800,
    ),
    "ngrams": Recipe(
        lambda n, seed: datasets.generate_ngrams(n, seed=seed),
        {"memory_size": 40, "memory_width": 8, "first_memory": "trained"},
        controller="lstm",
        units=48,
        rate=0.004,
        batches=6000,
    ),
    "priority-sort": Recipe(
        lambda n, seed: datasets.generate_priority_sort(n, seed=seed),
        {
            "memory_size": 32,
            "memory_width": 14,
            "read_heads": 4,
            "write_heads": 4,
            "first_memory": "trained",
        },
        units=128,
        rate=0.004,
        batches=6000,
    ),
}
STORED = [task for task in RECIPES if not task.startswith("short-")]


def build(task: str, network: str = "ntm") -> keras.Model:
    """Build the network of a task, compiled for `train`.

    Args:
        task: a name in `RECIPES`.
        network: "ntm", or "lstm" for an LSTM with as many units as the controller.

    Returns:
        A model from `(samples, timesteps, features)` to a chance for each bit,
        `(samples, timesteps, bits)`.

    Raises:
        ValueError: a task or a network of another name.
    """
    recipe = _recipe(task)
    if network not in NETWORKS:
        raise ValueError(f"network: expected 'ntm' or 'lstm', received {network!r}")
    X, y, _ = recipe.generate(1, 0)
    inputs = keras.Input((None, X.shape[-1]))
    if network == "ntm":
        options = {"controller": recipe.controller, "return_sequences": True}
        layer = NTM(recipe.units, **recipe.memory, **options)
    else:
        layer = keras.layers.LSTM(recipe.units, return_sequences=True)
    bits = keras.layers.Dense(y.shape[-1], activation="sigmoid")(layer(inputs))
    model = keras.Model(inputs, bits, name=f"{task}-{network}")
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.rate, recipe.batches, alpha=0.05
    )
    adam = keras.optimizers.Adam(rate, clipnorm=1)
    # jit_compile: a step of many small operations takes half the time.
    model.compile(adam, "binary_crossentropy", jit_compile=True)
    return model


def train(model: keras.Model, task: str, seed: int) -> list[float]:
    """Train as the recipe says, on sequences that are all new.

    Args:
        model: from `build`; it begins anew.
        task: a name in `RECIPES`.
        seed: for the first weights and the sequences.

    Returns:
        The mean loss of each hundred batches.
    """
    recipe, losses = _recipe(task), []
    restart(model, seed)
    bar = tqdm(total=recipe.batches, desc=model.name, unit=" batches", disable=None)
    with bar:
        for chunk in range(recipe.batches // CHUNK):
            X, y, weights = recipe.generate(
                CHUNK * recipe.batch_size, 1000 * (seed + 1) + chunk
            )
            fit = model.fit(
                X, y, sample_weight=weights, batch_size=recipe.batch_size, verbose=0
            )
            losses.append(fit.history["loss"][0])
            bar.update(CHUNK)
            bar.set_postfix(loss=losses[-1])
    return losses


def accuracy(model: keras.Model, task: Task) -> float:
    """Share of right bits among those that are asked for.

    Args:
        model: from `build`.
        task: as the generators return it.
    """
    # Called, not `predict`: compiling for each length would take longer.
    right = (np.asarray(model(task.X)) > 0.5) == task.y
    return right[task.weights > 0].mean()


def load_trained(task: str, network: str = "ntm") -> keras.Model:
    """Build the network of a task and give it the weights that were trained.

    Args:
        task: a name in `RECIPES`.
        network: "ntm" or "lstm".

    Raises:
        ValueError: a task or a network of another name.
        FileNotFoundError: no such weights; `make train-ntm` makes them.
    """
    model = build(task, network)
    with np.load(_weights_file(task, network)) as file:
        model.set_weights([file[name] for name in sorted(file.files)])
    return model


def load_both(task: str) -> dict[str, keras.Model]:
    """Return the trained NTM and the trained LSTM of a task, by their names.

    Args:
        task: a name in `RECIPES`.

    Raises:
        ValueError, FileNotFoundError: as `load_trained`.
    """
    return {network: load_trained(task, network) for network in NETWORKS}


def read_log() -> dict:
    """Return what is known of each training: seed, batches, seconds, losses."""
    return json.loads((_folder() / "log.json").read_text())


def train_and_store(task: str, network: str = "ntm"):
    """Train with the seed of the recipe; write the weights, then the entry in the log.

    Args:
        task: a name in `RECIPES`.
        network: "ntm" or "lstm".

    Raises:
        ValueError: a task or a network of another name.
    """
    model, recipe = build(task, network), _recipe(task)
    started = time.process_time()
    losses = train(model, task, recipe.seed)
    seconds = time.process_time() - started
    _write_weights(_weights_file(task, network), model.get_weights())
    log = read_log() if (_folder() / "log.json").exists() else {}
    log[model.name] = {
        "seed": recipe.seed,
        "batches": recipe.batches,
        "batch_size": recipe.batch_size,
        "weights": model.count_params(),
        "cpu_seconds": round(seconds),
        "keras": keras.__version__,
        "losses": [float(f"{loss:.3g}") for loss in losses],
    }
    text = json.dumps(dict(sorted(log.items())), indent=1)
    write_whole(_folder() / "log.json", text + "\n")


def _write_weights(path, weights):
    arrays = {f"{k:02}": each for k, each in enumerate(weights)}
    write_whole(path, lambda file: np.savez(file, **arrays))


def _recipe(task):
    if task not in RECIPES:
        expected = ", ".join(RECIPES)
        raise ValueError(f"task: expected one of {expected}, received {task!r}")
    return RECIPES[task]


def _folder():
    return bundled_dir() / "ntm"


def _weights_file(task, network):
    return _folder() / f"{task}-{network}.npz"


def _main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", default=STORED, metavar="task")
    for task in parser.parse_args().tasks:
        for network in NETWORKS:
            train_and_store(task, network)


if __name__ == "__main__":
    _main()
