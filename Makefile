# make run: lesson 01 in one go.  make test: everything that must hold.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
JAX := $(VENV)/.jax

# Lessons run in notebooks/: a relative folder would mean another one there.
ifdef RNN_TUTORIALS_DATA_DIR
export RNN_TUTORIALS_DATA_DIR := $(abspath $(RNN_TUTORIALS_DATA_DIR))
endif

.PHONY: run test test-jax test-long lint format unit lessons-test lab lessons train-ntm
.PHONY: clean

run: $(INSTALLED)
	$(BIN)/python -m rnn_tutorials.lessons run 01 --out build

test: lint unit lessons-test

# The layers once more, on JAX (installed beside TensorFlow).
test-jax: $(JAX)
	KERAS_BACKEND=jax $(BIN)/python -m pytest tests/layers -n 2

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

unit: $(INSTALLED)
	$(BIN)/python -m pytest tests -n 2

# Two lessons at a time, each whole lesson in one process, on one thread.
lessons-test: $(INSTALLED)
	TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 \
	$(BIN)/python -m pytest --nbval notebooks -n 2 --dist loadscope

# The lessons that `make test` leaves out because they take minutes, too.
test-long: export RNN_TUTORIALS_LONG = 1
test-long: lessons-test

lab: $(INSTALLED)
	$(BIN)/jupyter lab notebooks

# Re-execute every lesson, or those in LESSONS="01 05", one after the other (their
# seconds are measured), store the outputs and renew the course tables.
lessons: $(INSTALLED)
	$(BIN)/python -m rnn_tutorials.lessons store $(LESSONS)
	$(BIN)/python -m rnn_tutorials.lessons table

# Train the networks that lessons 27 and 27b load, or only those of TASKS="copy".
train-ntm: $(INSTALLED)
	$(BIN)/python -m rnn_tutorials.ntm_tasks $(TASKS)

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $(INSTALLED)

$(JAX): $(INSTALLED)
	$(BIN)/python -m pip install --quiet -e ".[jax]"
	touch $(JAX)

clean:
	rm -rf build $(VENV)
