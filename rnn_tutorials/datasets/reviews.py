"""Generated film reviews in which only the order of the words decides the label."""

import numpy as np

_SUBJECTS = (
    "acting action animation atmosphere camerawork cast choreography dialogue "
    "directing editing ending finale hero humour idea lighting mood music narration "
    "opening pacing photography plot premise scenery score script sound story "
    "storytelling style subplot timing villain"
).split()

# Three or more words between the subject and the verb, and four or more at the end of
# the clause: so no window of five words holds both "but" and a word of sentiment.
_SCOPES = """
in this film
in this picture
in the first half
in the second half
of this long movie
of the whole production
of the new version
of the director's cut
on the big screen
on a small screen
in most of the scenes
in the version we saw
for a film this size
throughout the whole thing
""".strip().splitlines()

_TAILS = """
from the first minute on
from beginning to end
as far as i remember
for the most part
on the evening i saw it
in my opinion at least
if you ask me today
for everyone in the room
when i watched it again
after the first half hour
by the time it ended
as my friends said afterwards
in almost every single scene
whichever way i look at it
compared with the earlier one
to the people beside me
right up to the credits
as the papers had said
during the two hours there
at the cinema in town
when all was said and done
for a film of its time
""".strip().splitlines()

_POSITIVE = (
    "amazing beautiful brilliant charming clever convincing delightful engaging "
    "excellent fantastic fascinating fine funny good gorgeous great gripping "
    "impressive inspired lovely memorable moving perfect superb touching wonderful"
).split()

_NEGATIVE = (
    "annoying awful bad boring clumsy confusing dreadful dreary dull embarrassing "
    "feeble flat forgettable horrible lame lazy messy painful pathetic poor "
    "predictable silly stupid terrible tiresome weak"
).split()

_INTENSIFIERS = (
    "really very truly quite so rather particularly especially exactly honestly"
).split()
_MAX_INTENSIFIERS = 3


def generate_reviews(n: int, *, seed: int) -> tuple[list[str], np.ndarray]:
    """Generate reviews whose label no bag of words can find.

    Intuition: what a network gains from reading words in order. A review is

        clause A but clause B        # the label is the sentiment of clause B
        clause = the SUBJECT SCOPE was [not] INTENSIFIERS ADJECTIVE TAIL

    - One clause is positive and the other negative; which comes last decides.
    - "not" turns an adjective round, over 0 to 3 intensifiers between them.
    - Reviews come in adjacent pairs, `texts[2k]` and `texts[2k + 1]`: the same two
      clauses, swapped. They have the same words the same number of times and opposite
      labels, so a bag of words is right about exactly one of the two: 50 %.
    - At least four neutral words end a clause and five begin it, so no window of up to
      five words holds both "but" and a word of sentiment. What a bag of such windows
      sees is the same in both reviews of a pair, or neutral.

    Split by pairs (an even index), or better generate each part with a seed of its own;
    a split through a pair would put one review into training and its mirror image, with
    the other label, into the test set.

    Args:
        n: number of reviews, even, at least 2.
        seed: seed of the generator; the same seed gives the same reviews.

    Returns:
        texts: `n` strings of lower-case words joined by blanks, 23 to 39 words each.
        labels: `(n,)` of int32, 1 positive, half of them 1.

    Raises:
        ValueError: `n` is odd or below 2.

    Example:
        >>> texts, labels = generate_reviews(4, seed=0)
        >>> sorted(texts[0].split()) == sorted(texts[1].split())
        True
        >>> int(labels[0] + labels[1])
        1
    """
    if n < 2 or n % 2:
        raise ValueError(f"n: expected an even number of at least 2, received {n}")
    rng = np.random.default_rng(seed)
    texts: list[str] = []
    labels = np.empty(n, dtype=np.int32)
    for first in range(0, n, 2):
        last_is_positive = int(rng.integers(2))
        a, b = _opposite_clauses(rng, last_is_positive)
        texts += [f"{a} but {b}", f"{b} but {a}"]
        labels[first : first + 2] = last_is_positive, 1 - last_is_positive
    return texts, labels


def _opposite_clauses(rng: np.random.Generator, positive: int) -> tuple[str, str]:
    """Return two clauses; the second is positive if `positive`, the first is not."""
    subjects = _pick(rng, _SUBJECTS, 2)
    scopes = _pick(rng, _SCOPES, 2)
    tails = _pick(rng, _TAILS, 2)
    first, second = (
        f"the {subject} {scope} was {_opinion(rng, sentiment)} {tail}"
        for subject, scope, tail, sentiment in zip(
            subjects, scopes, tails, (1 - positive, positive), strict=True
        )
    )
    return first, second


def _opinion(rng: np.random.Generator, positive: int) -> str:
    """Return "[not] [intensifiers] adjective" with the sentiment asked for."""
    negated = int(rng.integers(2))
    adjectives = _POSITIVE if positive != negated else _NEGATIVE
    intensifiers = _pick(rng, _INTENSIFIERS, rng.integers(_MAX_INTENSIFIERS + 1))
    return " ".join(["not"] * negated + intensifiers + _pick(rng, adjectives, 1))


def _pick(rng: np.random.Generator, items: list[str], count: int) -> list[str]:
    """Return `count` different items; `rng.choice` is slow on a list of strings."""
    return [items[i] for i in rng.permutation(len(items))[:count]]
