"""One regression as frames, as a table for a paper, as a workbook, and how to cite it."""

import sys
from pathlib import Path

import numpy as np

import quesnay as qn

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing").copy()
for name, column in {"va": "value_added", "ict": "ict_inputs", "l": "labour_compensation"}.items():
    panel[f"ln_{name}"] = np.log(panel[column].where(panel[column] > 0))


def described(fit: qn.PanelFit) -> str:
    """Say in one line what a regression rests on."""
    return (
        f"{fit.formula}: {fit.nobs:,} rows less {len(fit.names)} slopes and {fit.df_absorbed:,} "
        f"effects leave {fit.df_resid:,}; {fit.inference.name} errors, R2 {fit.rsquared:.4f}, "
        f"within {fit.rsquared_within:.4f}, sigma {fit.sigma:.3f}"
    )


fit = qn.fit_panel(
    "ln_va ~ ln_ict + ln_l", panel, absorb=("province:sector", "sector:year"), cluster="province",
    covariance="CR2",
)  # fmt: skip
print(described(fit), "\n")

# As frames: a row a coefficient, a row a regression, a row an observation.
print(fit.tidy(level=0.9).round(4).to_string(index=False), "\n")
print(fit.glance().T[0].to_string(), "\n")
print(fit.augment().head(3).round(3).to_string(), "\n")
correlation = np.corrcoef(fit.fitted, fit.resid)[0, 1]
print(f"Residuals are unrelated to fitted values: correlation {correlation:.0e}\n")

# As series: what a further computation takes.
both = fit.params.to_frame().join([fit.std_errors, fit.df, fit.tstats, fit.pvalues])
print(both.round(4).to_string(), "\n")
print("Covariance:", fit.covariance.loc["ln_ict", "ln_l"].round(6))
print("99 % interval:", fit.conf_int(0.99).loc["ln_ict"].round(4).tolist(), "\n")

# For a paper.
print(fit.to_latex(), "\n")
fit.to_markdown(folder / "54_regression.md")
fit.to_html(folder / "54_regression.html")
fit.to_csv(folder / "54_regression.csv")
print("Written:", fit.to_excel(folder / "54_regression.xlsx"))
try:
    print("Written:", fit.to_word(folder / "54_regression.docx"))
except qn.QuesnayError as error:  # the package that writes Word documents is an extra
    print(error)
print(fit.cite())
