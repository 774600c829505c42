"""Why there is no package: said in words, and what was found."""

from __future__ import annotations

from collections.abc import Sequence

from mappings.findings import Finding

FINDINGS, USAGE = 1, 2


class PackageRefused(Exception):
    """Nothing was written.

    `exit_code` is 1 where the build itself has to be mended first (`findings` tell what, unless
    the build is a draft), and 2 where what was named can be no package at all.
    """

    def __init__(
        self, message: str, findings: Sequence[Finding] = (), exit_code: int = USAGE
    ) -> None:
        super().__init__(message)
        self.findings = tuple(findings)
        self.exit_code = FINDINGS if findings else exit_code
