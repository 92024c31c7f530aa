# SPDX-License-Identifier: Apache-2.0
"""The rules of lint, in the order they are reported."""
from linting import layers, programs, source

RULES = {
    "layers": layers.check,
    "banned": source.check_banned,
    "licence": source.check_licence,
    "machine": source.check_machine,
    "format": programs.check_format,
    "headers": programs.check_headers,
    "shell": programs.check_shell,
    "spelling": programs.check_spelling,
    "generated": programs.check_generated,
}
