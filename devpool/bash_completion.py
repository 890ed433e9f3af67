"""Completion in bash, for words with `:` and `=` in them, such as `web:DATABASE_URL` and `pool_mode=session`.

Bash ends a word at each of these (COMP_WORDBREAKS), and puts what it is given in the place of the last part only. So
the script passes the whole line, and only the last part of each word is given back.
"""

from __future__ import annotations

import os

from click.shell_completion import BashComplete, CompletionItem, split_arg_string

_SCRIPT = """\
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                COMPREPLY+=("$value")
                [[ $value != *= ]] || compopt -o nospace
                ;;
        esac
    done < <(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" %(complete_var)s=bash_complete "$1")
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Bash's side of the completion."""

    source_template = _SCRIPT
    _cut = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one to complete, and that one."""
        line = os.environ["COMP_LINE"]
        words = split_arg_string(line)[1:]
        last = words.pop() if words and not line[-1:].isspace() else ""
        given = last.partition("=")[2] if last.startswith("--") else last
        self._cut = given[: max(given.rfind(":"), given.rfind("=")) + 1]
        return words, last

    def format_completion(self, item: CompletionItem) -> str:
        """One completion as a line of the answer."""
        return f"{item.type},{item.value.removeprefix(self._cut)}"
