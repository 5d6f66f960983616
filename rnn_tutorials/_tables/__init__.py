"""The parts of `rnn_tutorials.tables`, in the order in which they work.

    text, frame    a file, or a DataFrame in memory -> columns of numbers, times, groups
    times          texts -> times
    frequency      times -> the regular steps that they follow
    gaps           missing rows and values: refused, or filled when asked to

`common` holds what they share. Imports NumPy and pandas only.
"""
