"""quesnay: the econometric modelling toolkit for satellite accounts.

Public names load when first used, so that ``import quesnay`` stays as light as pandas; the stub
beside this file says where each of them lives.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)
__all__ = [*_names, "__version__"]
