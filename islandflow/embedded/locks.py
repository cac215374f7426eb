"""File locks: the kernel lets go of them when their holder ends, however it ends."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """A lock on a file, shared by many or held by one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, is_shared: bool = False, is_patient: bool = False) -> bool:
        """Take the lock and return whether it is ours; patient means wait for it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind | (0 if is_patient else fcntl.LOCK_NB))
        except OSError:
            os.close(descriptor)
            return False
        except BaseException:  # Ctrl-C while waiting
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def is_held(self) -> bool:
        """Tell whether somebody else holds it alone at this moment."""
        if self.take(is_shared=True):
            self.release()
            return False
        return True

    def is_used(self) -> bool:
        """Tell whether somebody else holds it at all at this moment."""
        if self.take():
            self.release()
            return False
        return True
