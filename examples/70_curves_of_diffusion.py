"""Fit curves of diffusion to e-commerce in trade, and say how sure they are."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

# Share of Chinese wholesale and retail firms with e-commerce, percent.
ict = qn.load_dataset("china_enterprise_ict")
share = ict[ict["industry"] == "F"].set_index("year")["ecommerce_firm_share"].dropna()

fits = []
for kind in ("gompertz", "logistic", "bass"):
    try:
        fits.append(qn.fit_curve(kind, share.index, share))
    except qn.QuesnayError as trouble:
        print(f"{kind}: {trouble}")
    else:
        print(f"{kind}: residual standard deviation {fits[-1].sigma:.3f}")
best = min(fits, key=lambda fit: fit.sigma)
print(best.tables()[0])
for method in ("profile", "wald", "bootstrap"):
    low, high = best.conf_int(method=method, draws=500).loc["saturation"]
    print(f"saturation, 95 % interval by {method}: {low:.2f} to {high:.2f}")
print(best.forecast([2025, 2030]).round(2).to_string())

# The penetration of the method: two points and a known saturation are one curve, exactly.
two = qn.fit_curve("gompertz", [2017, 2018], [0.6, 0.98], saturation=4.0, saturation_error=0.4)
print(two.tables()[0])

# The grey model on the same series, beside doing nothing.
print(qn.fit_grey(share, horizon=2))
figure = best.plot(until=2030, quantity="trading firms with e-commerce", unit="percent")
print("Written:", save_figure(figure, folder / "70_curve.png"))
