"""Named doors to upper floors, opened by the front door (dependency inversion).

A result of a lower floor offers methods such as ``plot_diagnostics`` whose code lives on an upper
floor. The lower floor never imports upwards: it asks for a name, and the front door has said once
where that name lives.
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from quesnay.fitting.errors import QuesnayError

__all__ = ["open_routes", "public_name", "route"]

_ROUTES: dict[str, str] = {}


def open_routes(routes: Mapping[str, str]) -> None:
    """Say where named services live; called once, by the front door.

    Parameters
    ----------
    routes : mapping of str to str
        Name of the service -> ``"package.module:function"``.

    Examples
    --------
    >>> open_routes({"square_root": "math:sqrt"})
    >>> route("square_root")(9.0)
    3.0
    """
    _ROUTES.update(routes)


def route(name: str) -> Callable[..., Any]:
    """Return the function registered under `name`, imported at the first call.

    Parameters
    ----------
    name : str
        Name of the service.

    Returns
    -------
    callable
        The registered function.

    Raises
    ------
    QuesnayError
        If nothing is registered under `name`.

    Examples
    --------
    >>> open_routes({"logarithm": "math:log"})
    >>> route("logarithm")(1.0)
    0.0
    """
    try:
        module, _, function = _ROUTES[name].partition(":")
    except KeyError:
        raise QuesnayError(f"no service named {name!r} is open: import quesnay first") from None
    service: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return service


def public_name(package: str, name: str) -> Any:
    """Return a public name that a floor shows although its module lies elsewhere.

    Parameters
    ----------
    package : str
        The floor, such as ``"quesnay.fitting"``.
    name : str
        The name asked for, such as ``"fit_panel"``.

    Returns
    -------
    object
        The thing itself, imported at the first call.

    Raises
    ------
    AttributeError
        If the floor shows no such name.

    Examples
    --------
    >>> open_routes({"floor.square_root": "math:sqrt"})
    >>> public_name("floor", "square_root")(4.0)
    2.0
    """
    if f"{package}.{name}" not in _ROUTES:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    return route(f"{package}.{name}")
