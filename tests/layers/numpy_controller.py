"""What the oracles of the memory layers share: the controller, in NumPy only."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softplus(z):
    return np.log1p(np.exp(z))


def softmax(z):
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


def control(kind, weights, heard, h, c):
    """One step of a controller of that kind: the new h and c."""
    if kind == "dense":
        return np.tanh(heard @ weights[0] + weights[1]), c
    net = heard @ weights[0] + h @ weights[1] + weights[2]
    if kind == "simple":
        return np.tanh(net), c
    i, f, g, o = np.split(net, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
