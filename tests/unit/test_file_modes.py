"""The permission bits of what devpool creates, and that no other module states any."""

import re
from pathlib import Path

import devpool
from devpool import file_modes

PACKAGE = Path(devpool.__file__).parent


def test_what_is_private_lets_nobody_else_in() -> None:
    for mode in (file_modes.PRIVATE_FILE, file_modes.PRIVATE_FOLDER):
        assert not mode & file_modes.FOR_OTHERS


def test_nothing_is_writable_by_others() -> None:
    modes = [value for name, value in vars(file_modes).items() if name.isupper() and "OTHERS" not in name]
    assert modes
    assert not any(mode & file_modes.WRITABLE_BY_OTHERS for mode in modes)


def test_no_other_module_states_permission_bits() -> None:
    stating = [path.name for path in PACKAGE.rglob("*.py") if re.search(r"\b0o[0-7]{3}\b", path.read_text())]
    assert stating == ["file_modes.py"]
