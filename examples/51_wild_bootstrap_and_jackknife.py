"""Inference by resampling: wild cluster bootstrap, cluster bootstrap and jackknife."""

import numpy as np

import quesnay as qn

panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing").copy()
panel["ln_va"] = np.log(panel["value_added"].where(panel["value_added"] > 0))
panel["ln_ict"] = np.log(panel["ict_inputs"].where(panel["ict_inputs"] > 0))

fit = qn.fit_panel("ln_va ~ ln_ict", panel, absorb=("province:sector", "year"), cluster="province")
print(fit.wild_bootstrap("ln_ict", draws=9_999, seed=1))
print()
print(fit.bootstrap(draws=999, seed=1))
jackknife = fit.jackknife()
moves = (jackknife.replications["ln_ict"] - fit.params["ln_ict"]).sort_values(key=abs)
print("\nThe elasticity without the province that moves it most:")
print(f"  without {moves.index[-1]}: {fit.params['ln_ict'] + moves.iloc[-1]:.4f}")
