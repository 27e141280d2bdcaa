# Makes the results of tempdisagg.json; run by hand, never by a test. Needs R and its package
# tempdisagg (Sax and Steiner 2013, R Journal 5(2)). The numbers in tempdisagg.json were made with R
# 4.2.2 by its functions SubRegressionBased and SubDenton (files R/td.sub.R and R/td.calc.R), called
# with a conversion matrix rebuilt for them; the calls of td() below are what should give the same
# and were not run, for the package was not at hand.
library(tempdisagg)
library(jsonlite)
d <- fromJSON("tempdisagg.json")
quarterly <- function(x) ts(x, start = c(1975, 1), frequency = 4)
gdp <- quarterly(d$realgdp)
inv <- quarterly(d$realinv)
unemp <- quarterly(d$unemp)
yearly <- function(x, how) ta(window(x, end = c(2006, 4)), conversion = how, to = "annual")
one <- function(model) list(coefficients = coef(model), se = model$se, rho = model$rho,
                            truncated = model$truncated, logl = model$logl,
                            values = as.numeric(predict(model)))
I <- yearly(inv, "sum")
E <- ts(rep(c(30, -30), 16) + 0.2 * as.numeric(yearly(gdp, "sum")), start = 1975)
results <- list(
  chow_lin_one = one(td(I ~ gdp)),
  chow_lin_two = one(td(I ~ gdp + unemp)),
  chow_lin_fixed = one(td(I ~ gdp, method = "chow-lin-fixed", fixed.rho = 0.7)),
  chow_lin_average = one(td(yearly(unemp, "average") ~ inv, conversion = "average")),
  chow_lin_last = one(td(yearly(inv, "last") ~ gdp, conversion = "last")),
  chow_lin_first = one(td(yearly(inv, "first") ~ gdp, conversion = "first")),
  fernandez = one(td(I ~ gdp, method = "fernandez")),
  litterman = one(td(I ~ gdp, method = "litterman-maxlog")),
  litterman_fixed = one(td(I ~ gdp, method = "litterman-fixed", fixed.rho = 0.5)),
  chow_lin_truncated = one(td(E ~ gdp)),
  chow_lin_negative = one(td(E ~ gdp, truncated.rho = -1))
)
for (how in c("sum", "average", "first", "last")) {
  low <- if (how == "average") yearly(inv, "sum") / 4 else yearly(inv, how)
  for (criterion in c("proportional", "additive")) for (h in 1:2) {
    model <- td(low ~ 0 + gdp, conversion = how, method = "denton-cholette",
                criterion = criterion, h = h)
    results[[paste("denton", how, criterion, h, sep = "_")]] <- as.numeric(predict(model))
  }
  model <- td(low ~ 1, conversion = how, method = "denton-cholette", to = "quarterly")
  results[[paste("denton", how, "none", 1, sep = "_")]] <- as.numeric(predict(model))
}
print(results, digits = 12)
