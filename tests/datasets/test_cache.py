"""Two processes share the cache: each sees a whole file of its own, or none."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from rnn_tutorials.datasets import _cache
from rnn_tutorials.datasets._cache import read_cache, write_cache

ROOT = Path(_cache.__file__).parents[2]

# Every array of a file has the same number everywhere: a mixture would show.
WRITE_AND_READ = """
import sys, time
from pathlib import Path
import numpy as np
from rnn_tutorials.datasets._cache import read_cache, write_cache
path, first = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
seen = 0
for number in range(first, first + 40):
    arrays = {name: np.full(50_000 + number, number) for name in "ab"}
    assert write_cache(path, f"key {number % 2}", arrays)
    for key in ("key 0", "key 1"):
        found = read_cache(path, key)
        if found is not None:
            seen += 1
            a, b = found["a"], found["b"]
            assert len(a) == len(b) == 50_000 + a[0] and set(a) == set(b) == {a[0]}
            assert key == f"key {a[0] % 2}"
assert seen, "never found anything"
"""

LOAD_IMDB = """
import sys
from pathlib import Path
from rnn_tutorials.datasets import _imdb_source, _registry, load_imdb
_imdb_source.EXPECTED_REVIEWS = int(sys.argv[2])
_registry.cache_dir = lambda: Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    imdb = load_imdb()
    assert len(imdb.train_texts) == len(imdb.test_ids) == 2 * int(sys.argv[2])
    print(imdb.train_ids[0].tolist(), imdb.vocabulary.words[:3])
"""


STOP_HALF_WAY = """
import sys, time
from pathlib import Path
import numpy as np
from rnn_tutorials.datasets import _cache
def savez(file, **arrays):
    file.write(b"PK half of a file")
    file.flush()
    print("half", flush=True)
    time.sleep(60)
_cache.np.savez = savez
_cache.write_cache(Path(sys.argv[1]), "new", {"a": np.arange(4)})
"""


def start(code, *arguments):
    # A test run need not have the package installed.
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_two(code, *arguments):
    """Start two processes, let them go at the same moment, return their outputs."""
    running = [start(code, *each) for each in arguments]
    for process in running:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = []
    for process in running:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        outputs.append(out)
    return outputs


def test_two_processes_write_and_read_at_once(tmp_path):
    path = tmp_path / "cache" / "file.npz"
    run_two(WRITE_AND_READ, (path, 0), (path, 1000))
    assert [p.name for p in path.parent.iterdir()] == ["file.npz"]


def test_two_processes_tokenize_at_once(tmp_path, data_dir, reviews, make_archive):
    make_archive(data_dir / "imdb" / "aclImdb_v1.tar.gz", reviews)
    folder = tmp_path / "cache"
    each = (folder, len(reviews) // 4)
    first, second = run_two(LOAD_IMDB, each, each)
    assert first == second and len(set(first.splitlines())) == 1
    assert [p.name for p in (folder / "tokenized").iterdir()] == ["imdb.npz"]


def test_a_process_that_is_killed_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.npz"
    write_cache(path, "old", {"a": np.arange(3)})
    with start(STOP_HALF_WAY, path) as process:
        assert process.stdout.readline() == "half\n", process.stderr.read()
        process.kill()
    assert read_cache(path, "old")["a"].tolist() == [0, 1, 2]
    # What the dead process left is in nobody's way.
    assert write_cache(path, "new", {"a": np.arange(4)})
    assert read_cache(path, "new")["a"].tolist() == [0, 1, 2, 3]
