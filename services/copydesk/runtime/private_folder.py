"""A folder for files of this user's workers that nobody else can enter."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def private_path() -> Path:
    """Path of the folder, which need not exist: one per user in the temporary folder, where commands find it again."""
    return Path(tempfile.gettempdir()) / f"copydesk-{os.getuid()}"


def private_folder() -> Path:
    """The folder, made if it does not exist.

    Its name can be guessed, and everybody may write into most temporary folders. So what is there already is used only
    if it is a folder of ours: a link, or a folder of somebody else, would let him choose where our files go.

    Raises:
        PermissionError: It belongs to somebody else, or is no folder.
        OSError: It cannot be made.
    """
    path = private_path()
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            message = "it is no folder of this user's own: remove it, or set TMPDIR"
            raise PermissionError(0, message, str(path)) from None
        if stat.S_IMODE(found.st_mode) != 0o700:
            path.chmod(0o700)
    return path


__all__ = ["private_folder", "private_path"]
