"""Files that are written whole or not at all. Standard library only."""

import os


def write_whole(path, content):
    """Write a file aside, then rename it: a crash leaves the old file, or none.

    `content`: text, bytes, or a function that writes to the open binary file.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            with aside.open("wb") as file:
                content(file)
        else:
            aside.write_bytes(content.encode() if isinstance(content, str) else content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
