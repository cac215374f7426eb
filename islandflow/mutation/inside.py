"""What runs inside the copy, as a program: mutmut in two steps, so that we may choose between them.

Imports nothing of ours: the copy has its own.
"""

import resource
import sys
from pathlib import Path

from mutmut.__main__ import cli, create_mutants
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir
from mutmut.workers import isolation

MEMORY_BYTES = 3 * 2**30  # a mutant that collects without end must not hurt the machine


def _no_wall_limit(pid: int, timeout_s: float) -> None:
    """Leave the end of endless mutants to mutmut's limit of processor time.

    Its limit by the wall's clock calls a mutant killed because the machine was busy.
    """


def main(step: str, processes: str) -> None:
    """Make the mutants, or try those without a result."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    vars(isolation)["register_timeout"] = _no_wall_limit
    if step == "make":
        Path("mutants").mkdir()
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(int(processes))
    else:
        cli(["run", "--max-children", processes])


if __name__ == "__main__":
    main(*sys.argv[1:])
