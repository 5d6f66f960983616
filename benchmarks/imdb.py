"""IMDB side by side: the classic CNN-LSTM, bags of words, and our networks.

    python benchmarks/imdb.py [--quick] [--seeds 0 1 2] [--systems classic fast]

Questions: how good is each on the 25,000 test reviews, after how many seconds of
training, and when does it pass 0.8564, the best figure published for the classic
network? Needs scikit-learn; plain PyTorch is left out where it is not installed.
Everything is trained on all 25,000 training reviews; the recipes were chosen on 5,000
of them, before.
"""

import importlib.util
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from _measure import Report, arguments, fix_threads
from _reviews import (
    Clock,
    Recipe,
    last_words,
    look_up,
    reviews,
    train,
    train_classic,
)

import rnn_tutorials as rt

ACCURATE = Recipe(
    head=100,
    tail=300,
    boundaries=(100, 150, 220, 300, 400),
    batch_size=64,
    rate=1.5e-3,
    dropped_words=0.3,
    model={
        "embedding_dim": 64,
        "filters": 96,
        "kernel_size": 3,
        "units": 48,
        "bidirectional": True,
        "summary": "max_mean",
        "pair_buckets": 100_000,
    },
)
FAST = Recipe(
    head=60,
    tail=140,
    boundaries=(100, 150, 200),
    batch_size=64,
    rate=4e-3,
    dropped_words=0.1,
    model={
        "embedding_dim": 32,
        "filters": 48,
        "kernel_size": 3,
        "pool_size": 8,
        "units": 32,
        "summary": "max_mean",
    },
    epochs=1,
    warm_up=30,
)
# Kept: n-grams in at least so many training reviews.
MIN_COUNTS = {"with n-gram evidence": 1, "with n-gram evidence, pruned": 2}
# The builder's own sizes, which are smaller: larger ones gained nothing.
NGRAMS = ACCURATE._replace(model={}, evidence=True)
SYSTEMS = (
    "classic",
    "classic, PyTorch",
    "TF-IDF + logistic regression",
    "NB-SVM",
    "fast",
    "accurate",
    "with n-gram evidence",
    "with n-gram evidence, pruned",
)
COLUMNS = (
    "system",
    "seeds",
    "seconds of training",
    "test accuracy, epoch by epoch",
    "last: mean (range)",
    "seconds to the aim",
)
LOOKS = {"classic": 2, "classic, PyTorch": 2, "fast": 8}


def main():
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    options = parser.parse_args()
    fix_threads(options.threads)
    report = Report("imdb", options)
    try:
        parts = reviews(options.quick)
    except rt.datasets.DatasetUnavailable as error:
        raise SystemExit(str(error)) from None
    found = {name: measure(report, name, parts, options) for name in options.systems}
    found = {name: clocks for name, clocks in found.items() if clocks}
    report.content["curves"] = {n: [c.curve for c in cs] for n, cs in found.items()}
    rows = [row(name, clocks, parts.aim) for name, clocks in found.items()]
    report.grid(
        "systems", f"Test accuracy and time; the aim is {parts.aim}", COLUMNS, rows
    )
    compare(report, found, parts.aim)
    report.save()


def measure(report, name, parts, options):
    """One clock per seed; one in all where nothing is random; none if not installed."""
    looks = LOOKS.get(name, 1)
    print(f"{name} ...", flush=True)
    if name == "classic, PyTorch":
        if importlib.util.find_spec("torch") is None:
            print("torch is not installed: left out")
            return []
        return [
            train_torch(parts, seed, looks, options.threads) for seed in options.seeds
        ]
    if name == "classic":
        return [train_classic(parts, seed, looks) for seed in options.seeds]
    if name in BAGS:
        return [time_bag(BAGS[name], parts)]
    if name in MIN_COUNTS:
        evidence = weigh(report, name, parts)
        return [train(NGRAMS, parts, seed, looks, evidence) for seed in options.seeds]
    recipe = {"fast": FAST, "accurate": ACCURATE}[name]
    return [train(recipe, parts, seed, looks) for seed in options.seeds]


def weigh(report, name, parts):
    """Look the evidence up; note how long that takes, and the size of its file."""
    start = time.perf_counter()
    *evidence, counts = look_up(parts, MIN_COUNTS[name])
    taken = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "counts.npz")
        counts.save(path)
        size = path.stat().st_size / 1e6
    report.fact(
        name,
        {"n-grams": len(counts), "MB": size, "seconds": taken},
        f"{name}: {len(counts):,} n-grams, {size:.1f} MB as a file; counted and looked "
        f"up in {taken:.0f} s, once for all seeds, not in the seconds of training.",
    )
    return evidence


def row(name, clocks, aim):
    looks = LOOKS.get(name, 1)
    last = [clock.curve[-1][1] for clock in clocks]
    epochs = [
        f"{np.mean([clock.curve[n][1] for clock in clocks]):.4f}"
        for n in range(looks - 1, len(clocks[0].curve), looks)
    ]
    reached = [clock.reached(aim) for clock in clocks]
    spread = f" ({min(last):.4f}–{max(last):.4f})" if len(last) > 1 else ""
    return (
        name,
        len(clocks),
        f"{median(clock.curve[-1][0] for clock in clocks):.1f}",
        ", ".join(epochs),
        f"{np.mean(last):.4f}{spread}",
        ", ".join("never" if each is None else f"{each:.1f}" for each in reached),
    )


def compare(report, found, aim):
    """State the fast network's time beside the classic one's, run by run."""
    if not {"classic", "fast"} <= set(found):
        return
    whole = [clock.curve[-1][0] for clock in found["classic"]]
    reached = [clock.reached(aim) for clock in found["fast"]]
    if None in reached:
        text = f"The fast network did not reach {aim} with every seed."
        report.fact("fast / classic", None, text)
        return
    ratios = [a / b for a, b in zip(reached, whole, strict=True)]
    report.fact(
        "fast / classic",
        ratios,
        f"The fast network reaches {aim} in {median(ratios):.2f} of the classic "
        f"configuration's training time ({min(ratios):.2f}–{max(ratios):.2f}).",
    )


# --- the classic network in plain PyTorch --------------------------------------------


def train_torch(parts, seed, looks, threads):
    """Train the same network, its weights started as PyTorch starts them."""
    import torch
    from torch import nn

    class Classic(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(parts.words, 128)
            self.dropout = nn.Dropout(0.25)
            self.convolution = nn.Conv1d(128, 64, 5)
            self.lstm = nn.LSTM(64, 70, batch_first=True)
            self.output = nn.Linear(70, 1)

        def forward(self, ids):
            x = self.dropout(self.embedding(ids)).transpose(1, 2)
            x = nn.functional.max_pool1d(torch.relu(self.convolution(x)), 4)
            _, (h, _) = self.lstm(x.transpose(1, 2))
            return self.output(h[-1]).squeeze(-1)

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    x, x_test = (
        torch.from_numpy(last_words(ids).astype("int64"))
        for ids in (parts.train[0], parts.test[0])
    )
    y = torch.from_numpy(np.asarray(parts.train[1], "float32"))
    model = Classic()
    optimizer = torch.optim.Adam(model.parameters())
    loss = nn.BCEWithLogitsLoss()

    @torch.no_grad()
    def probabilities():
        model.eval()
        found = torch.cat([model(part) for part in x_test.split(500)])
        model.train()
        return torch.sigmoid(found).numpy()

    clock = Clock(parts.test[1], probabilities)
    clock.start()
    for _ in range(2):
        batches = torch.randperm(len(x)).split(30)
        at = {round(len(batches) * (n + 1) / looks) - 1 for n in range(looks)}
        for number, rows in enumerate(batches):
            optimizer.zero_grad(set_to_none=True)
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
            if number in at:
                clock.look()
    return clock


# --- bags of words -------------------------------------------------------------------


def words_and_pairs(ids):
    ids = np.asarray(ids, "int64")
    return np.concatenate([ids, (1 << 32) * ids[:-1] + ids[1:]]).tolist()


def fit_tfidf(texts, labels):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    tfidf = TfidfVectorizer(analyzer=words_and_pairs, min_df=5, sublinear_tf=True)
    bag = make_pipeline(tfidf, LogisticRegression(C=10, max_iter=200))
    bag.fit(texts, labels)
    return lambda texts: bag.predict_proba(texts)[:, 1]


def fit_nbsvm(texts, labels, beta=0.25):
    """Wang and Manning 2012: a linear SVM on presence times the log-count ratio."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.svm import LinearSVC

    vectorizer = CountVectorizer(analyzer=words_and_pairs, binary=True)
    X = vectorizer.fit_transform(texts).astype("float64")
    p, q = (1 + X[labels == label].sum(axis=0).A1 for label in (1, 0))
    ratio = np.log((p / p.sum()) / (q / q.sum()))
    svm = LinearSVC(C=1.0).fit(X.multiply(ratio).tocsr(), labels)
    w = svm.coef_.ravel()
    w = (1 - beta) * np.abs(w).mean() + beta * w

    def scores(texts):
        X = vectorizer.transform(texts).astype("float64").multiply(ratio).tocsr()
        return 0.5 + X @ w + svm.intercept_

    return scores


BAGS = {"TF-IDF + logistic regression": fit_tfidf, "NB-SVM": fit_nbsvm}


def time_bag(fit, parts):
    train_ids, test_ids, _ = parts.every_word
    clock = Clock(parts.test[1], lambda: judge(test_ids))
    clock.start()
    judge = fit(train_ids, np.asarray(parts.train[1]))
    clock.look()
    return clock


if __name__ == "__main__":
    main()
