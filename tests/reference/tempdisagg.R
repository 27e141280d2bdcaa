# Makes the results of tempdisagg.json, which holds the data; run by hand, never by a test.
# Needs R and its package tempdisagg (Sax and Steiner 2013, R Journal 5(2)). The stored numbers
# come from R 4.2.2 and td() itself, of the package's published source (github.com/christophsax/
# tempdisagg, functions of R/td.R, R/td.sub.R, R/td.calc.R and R/ta.R loaded with source()); of
# td() the branch for other classes than ts and numbers, which no call below enters, was left out.
library(tempdisagg)
library(jsonlite)
d <- fromJSON("tempdisagg.json")
from <- function(x, year, frequency) ts(x, start = c(year, 1), frequency = frequency)
gdp <- from(d$realgdp, 1975, 4)
inv <- from(d$realinv, 1975, 4)
unemp <- from(d$unemp, 1975, 4)
sales <- from(d$sales, 1975, 1)
exports <- from(d$exports, 1972, 4)
imports <- from(d$imports, 1972, 4)
deaths <- from(d$deaths, 1974, 12)
men <- from(d$men, 1974, 12)
yearly <- function(x, how) ta(window(x, end = c(2006, 4)), conversion = how, to = "annual")
ends <- function(model) {
  values <- as.numeric(predict(model))
  c(head(values, 8), tail(values, 8))
}
one <- function(model) list(coefficients = unname(coef(model)), se = unname(model$se),
                            rho = model$rho, truncated = model$truncated, logl = model$logl,
                            values = ends(model))
path <- function(model) list(values = ends(model))
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
    results[[paste("denton", how, criterion, h, sep = "_")]] <- path(model)
  }
  model <- td(low ~ 1, conversion = how, method = "denton-cholette", to = "quarterly")
  results[[paste("denton", how, "none", 1, sep = "_")]] <- path(model)
}

# Swiss chemistry and pharmaceuticals, the package's own example; indicators reach beyond both ends
swiss <- function(method, ...) one(td(sales ~ exports, method = method, ...))
late <- window(exports, start = c(1974, 3))
early <- window(exports, end = c(2008, 2))
part <- window(sales, start = 1980, end = 2007)
results <- c(results, list(
  swiss_no_intercept = one(td(sales ~ 0 + exports)),
  swiss_two = one(td(sales ~ imports + exports)),
  swiss_maxlog = swiss("chow-lin-maxlog"),
  swiss_quilis = swiss("chow-lin-minrss-quilis"),
  swiss_ecotrim = swiss("chow-lin-minrss-ecotrim"),
  swiss_fixed = swiss("chow-lin-fixed", fixed.rho = 0.99),
  swiss_fernandez = swiss("fernandez"),
  swiss_litterman = swiss("litterman-maxlog"),
  swiss_litterman_minrss = swiss("litterman-minrss"),
  swiss_within_year = one(td(part ~ late, method = "chow-lin-fixed", fixed.rho = 0.9)),
  swiss_until_june = one(td(part ~ early, method = "chow-lin-fixed", fixed.rho = 0.9)),
  swiss_cholette = path(td(sales ~ 0 + exports, method = "denton-cholette")),
  swiss_denton = path(td(sales ~ 0 + exports, method = "denton"))
))

# Deaths from lung disease, from quarters and from years to months, men as the indicator
for (how in c("sum", "average", "first", "last")) {
  quarters <- ta(deaths, conversion = how, to = "quarterly")
  results[[paste("months", how, "chow_lin", sep = "_")]] <-
    one(td(quarters ~ men, conversion = how, method = "chow-lin-fixed", fixed.rho = 0.6))
  results[[paste("months", how, "maxlog", sep = "_")]] <- one(td(quarters ~ men, conversion = how))
  results[[paste("months", how, "cholette", sep = "_")]] <-
    path(td(quarters ~ 0 + men, conversion = how, method = "denton-cholette"))
  years <- window(ta(deaths, conversion = how, to = "annual"), end = 1978)
  results[[paste("year_months", how, "fernandez", sep = "_")]] <-
    one(td(years ~ men, conversion = how, method = "fernandez"))
  results[[paste("year_months", how, "fixed", sep = "_")]] <-
    one(td(years ~ men, conversion = how, method = "chow-lin-fixed", fixed.rho = 0.6))
}
quarters <- window(ta(deaths, to = "quarterly"), start = c(1974, 2), end = c(1979, 3))
within <- window(men, start = c(1974, 2), end = c(1979, 11))
results$months_within_quarter <-
  one(td(quarters ~ within, method = "chow-lin-fixed", fixed.rho = 0.6))
whole <- ta(deaths, to = "quarterly")
results$months_none <- path(td(whole ~ 1, method = "denton-cholette", to = "monthly"))

# The example of Denton (1971), page 101
season <- ts(rep(c(50, 100, 150, 100), 5), frequency = 4)
totals <- ts(c(500, 400, 300, 400, 500))
for (criterion in c("additive", "proportional")) for (h in 0:2) {
  results[[paste("denton1971", criterion, h, sep = "_")]] <-
    path(td(totals ~ 0 + season, method = "denton", criterion = criterion, h = h))
}
d$results <- results
write(toJSON(d, digits = 15, auto_unbox = TRUE, pretty = 1), "tempdisagg.json")
