"""What a fitted regression can be asked beyond its coefficients."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from quesnay.fitting.checks import Seed
from quesnay.fitting.routes import route
from quesnay.fitting.verdict import TestResult
from quesnay.models.regression.nonlinear import NonlinearEstimate, estimate_nonlinear
from quesnay.models.regression.resampled import ReplicatedFit, bootstrap_fit, jackknife_fit
from quesnay.models.regression.restrictions import wald_test
from quesnay.models.regression.wild import WildTest, wild_test

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

__all__ = ["Answers"]


class Answers:
    """Functions of coefficients, resampling and diagnosis, as methods of a fit."""

    __slots__ = ()

    def nonlinear(
        self, expression: str, *, null: float = 0.0, level: float = 0.95
    ) -> NonlinearEstimate:
        """Estimate a function of coefficients: see `estimate_nonlinear`.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 4.5, 6], "x": [0.0, 1, 2, 3, 4]})
        >>> found = qn.fit_panel("y ~ x", frame).nonlinear("1 / x")
        >>> round(found.estimate, 3), round(found.std_error, 3)
        (0.8, 0.029)
        """
        return estimate_nonlinear(self._fit(), expression, null=null, level=level)

    def wald_test(
        self, restrictions: str | Sequence[str], *, null: float | Sequence[float] = 0.0
    ) -> TestResult:
        """Test several coefficients, or functions of them, together: see `wald_test`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(12.0), "z": np.arange(12.0) ** 2})
        >>> frame["y"] = frame["x"] + np.cos(frame["x"])
        >>> found = qn.fit_panel("y ~ x + z", frame).wald_test(["x", "z"])
        >>> found.distribution, found.verdict
        ('F(2, 9)', 'rejected at 1 %: at least one restriction fails')
        """
        return wald_test(self._fit(), restrictions, null=null)

    def wild_bootstrap(self, term: str, **options: Any) -> WildTest:
        """Test a coefficient by the wild cluster bootstrap: see `wild_test` for its options.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(15.0), "u": list("aaabbbcccdddeee")})
        >>> frame["y"] = frame["x"] + 3 * np.cos(frame["x"])
        >>> qn.fit_panel("y ~ x", frame, cluster="u").wild_bootstrap("x").pvalue
        0.0625
        """
        return wild_test(self._fit(), term, **options)

    def bootstrap(self, *, draws: int = 1999, seed: Seed = 0) -> ReplicatedFit:
        """Resample clusters, or rows where there are none: see `bootstrap_fit`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0)})
        >>> frame["y"] = frame["x"] + np.cos(frame["x"])
        >>> found = qn.fit_panel("y ~ x", frame).bootstrap(draws=199)
        >>> found.std_errors.round(3).to_dict()
        {'Intercept': 0.257, 'x': 0.014}
        """
        return bootstrap_fit(self._fit(), draws=draws, seed=seed)

    def jackknife(self) -> ReplicatedFit:
        """Leave out each cluster, or each row where there are none: see `jackknife_fit`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0)})
        >>> frame["y"] = frame["x"] + np.cos(frame["x"])
        >>> qn.fit_panel("y ~ x", frame).jackknife().std_errors.round(3).to_dict()
        {'Intercept': 0.276, 'x': 0.016}
        """
        return jackknife_fit(self._fit())

    def diagnose(self, **options: Any) -> Any:
        """Test every assumption: see `quesnay.diagnostics.regression.diagnosis.diagnose`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0)})
        >>> frame["y"] = frame["x"] ** 2
        >>> found = qn.fit_panel("y ~ x", frame).diagnose(draws=99)
        >>> found.assumptions.loc["Ramsey RESET", "verdict"]
        'rejected at 1 %: the relation bends: squares or missing variables matter'
        """
        return route("regression.diagnose")(self, **options)

    def plot_diagnostics(self, **options: Any) -> Any:
        """Draw six panels: see `quesnay.diagnostics.plots.regression.plot_diagnostics`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0)})
        >>> frame["y"] = frame["x"] + np.cos(frame["x"])
        >>> len(qn.fit_panel("y ~ x", frame).plot_diagnostics().axes)
        6
        """
        return route("regression.plot_diagnostics")(self, **options)

    def plot_influence(self, term: str | None = None, **options: Any) -> Any:
        """Draw a coefficient without each cluster: see `quesnay.plot_influence`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0), "u": np.repeat([1, 2, 3], 10)})
        >>> frame["y"] = frame["x"] + np.sin(frame["x"])
        >>> figure = qn.fit_panel("y ~ x", frame, cluster="u").plot_influence("x")
        >>> figure.get_label()[:40]
        'Coefficient of x, 0.996, with each u lef'
        """
        return route("regression.plot_influence")(self, term, **options)

    def _fit(self) -> "PanelFit":
        return cast("PanelFit", self)
