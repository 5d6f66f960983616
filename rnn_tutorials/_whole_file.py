"""Files that are written whole or not at all. Standard library only."""

import os


def write_whole(path, content):
    """Write text or bytes aside, then rename: a crash leaves the old file, or none."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content.encode() if isinstance(content, str) else content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
