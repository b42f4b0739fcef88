"""Packages that are not always installed: optional dependencies of the distribution, called extras."""

from __future__ import annotations


def install_hint(extra: str) -> str:
    """Command that installs an extra. No package index has copydesk yet, so it names the checkout.

    >>> install_hint("viewer")
    "in the checkout of copydesk: pip install '.[viewer]'"
    """
    return f"in the checkout of copydesk: pip install '.[{extra}]'"


__all__ = ["install_hint"]
