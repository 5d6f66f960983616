"""The catalogue of layers: documented, registered, found."""

import inspect

import keras
import pytest

from rnn_tutorials import layers

every_name = pytest.mark.parametrize("name", layers.__all__)


@every_name
def test_every_argument_is_documented(name):
    public = getattr(layers, name)
    documented = inspect.getdoc(public)
    for argument in set(inspect.signature(public).parameters) - {"kwargs"}:
        assert argument in documented, f"{name}: {argument} is not in the docstring"


@every_name
def test_registered(name):
    public = getattr(layers, name)
    assert keras.saving.get_registered_name(public) == f"rnn_tutorials>{name}"


@every_name
def test_each_layer_is_in_the_catalogue_and_each_cell_has_a_layer(name):
    if name.endswith("Cell"):
        assert name.removesuffix("Cell") in layers.__all__
    else:
        assert f"`{name}`" in inspect.getdoc(layers)


@every_name
def test_every_cell_has_a_call_of_its_own(name):
    if name.endswith("Cell"):
        assert "call" in vars(getattr(layers, name))
