"""Recipes of the NTM tasks: networks that fit them, weights that come back."""

import dataclasses

import numpy as np
import pytest

from rnn_tutorials import ntm_tasks
from rnn_tutorials.datasets import generate_copy


@pytest.fixture
def small(monkeypatch, tmp_path, untraced):
    """A recipe of four little batches, and a folder of its own."""
    recipe = dataclasses.replace(
        ntm_tasks.RECIPES["copy"],
        generate=lambda n, seed: generate_copy(n, 2, bits=3, seed=seed),
        memory={"memory_size": 4, "memory_width": 3},
        units=5,
        batch_size=3,
        batches=4,
        seed=0,
    )
    monkeypatch.setitem(ntm_tasks.RECIPES, "copy", recipe)
    monkeypatch.setattr(ntm_tasks, "CHUNK", 2)
    monkeypatch.setattr(ntm_tasks, "_folder", lambda: tmp_path)


@pytest.mark.parametrize("task", ntm_tasks.RECIPES)
def test_recipes(task):
    recipe = ntm_tasks.RECIPES[task]
    (X, y, weights), again = recipe.generate(3, 1), recipe.generate(3, 1)
    assert len(X) == len(y) == len(weights) == 3
    np.testing.assert_array_equal(X, again[0])
    assert recipe.batches % ntm_tasks.CHUNK == 0
    for network in ntm_tasks.NETWORKS:
        model = ntm_tasks.build(task, network)
        assert model.compute_output_shape(X.shape) == y.shape
        assert model.name == f"{task}-{network}"


@pytest.mark.parametrize("task", ntm_tasks.STORED)
def test_stored_weights_fit_and_are_in_the_log(task):
    for model in ntm_tasks.load_both(task).values():
        known, recipe = ntm_tasks.read_log()[model.name], ntm_tasks.RECIPES[task]
        assert known["weights"] == model.count_params()
        settings = "seed", "batches", "batch_size"
        assert [known[s] for s in settings] == [getattr(recipe, s) for s in settings]
        assert known["losses"][-1] < known["losses"][0]


def test_no_file_of_weights_is_large():
    sizes = [p.stat().st_size for p in ntm_tasks._folder().glob("*.npz")]
    assert len(sizes) == 2 * len(ntm_tasks.STORED) and max(sizes) < 1e6


def test_training_is_repeatable_and_its_weights_come_back(small):
    for network in ntm_tasks.NETWORKS:
        ntm_tasks.train_and_store("copy", network)
        model = ntm_tasks.build("copy", network)
        losses = ntm_tasks.train(model, "copy", seed=0)
        assert len(losses) == 2
        stored = ntm_tasks.load_trained("copy", network).get_weights()
        for one, other in zip(model.get_weights(), stored, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)
    assert set(ntm_tasks.read_log()) == {"copy-ntm", "copy-lstm"}


def test_bad_names(small):
    with pytest.raises(ValueError, match=r"task: expected one of .* 'sing'"):
        ntm_tasks.build("sing")
    with pytest.raises(
        ValueError, match=r"network: expected 'ntm' or 'lstm', .* 'gru'"
    ):
        ntm_tasks.build("copy", "gru")
    with pytest.raises(FileNotFoundError):
        ntm_tasks.load_trained("copy")
