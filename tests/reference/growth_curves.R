# Makes growth_curves.json; run by hand, never by a test. R 4.2.2, package stats alone: nls() from
# the starts of its own SSlogis and SSgompertz, then once more in the parameters of this project,
# so that the standard errors are comparable. Data: R's data sets Orange (Draper and Smith 1998),
# DNase (Davidian and Giltinan 1995) and ChickWeight (Crowder and Hand 1990).
library(jsonlite)
series <- list(
  orange_1 = with(subset(Orange, Tree == 1), data.frame(t = age, y = circumference)),
  orange_5 = with(subset(Orange, Tree == 5), data.frame(t = age, y = circumference)),
  dnase_1 = with(subset(DNase, Run == 1), data.frame(t = log(conc), y = density)),
  dnase_9 = with(subset(DNase, Run == 9), data.frame(t = log(conc), y = density)),
  chick_1 = with(subset(ChickWeight, Chick == 1), data.frame(t = Time, y = weight)),
  chick_5 = with(subset(ChickWeight, Chick == 5), data.frame(t = Time, y = weight))
)
control <- nls.control(tol = 1e-7, maxiter = 500)
told <- function(fit) {
  rows <- summary(fit)$coefficients
  list(estimate = unname(rows[, 1]), se = unname(rows[, 2]), rss = deviance(fit))
}
logistic <- function(d) {
  p <- coef(nls(y ~ SSlogis(t, Asym, xmid, scal), d))
  told(nls(y ~ top / (1 + exp(-rate * (t - mid))), d, control = control,
           start = list(top = p[[1]], rate = 1 / p[[3]], mid = p[[2]])))
}
gompertz <- function(d) {
  p <- coef(nls(y ~ SSgompertz(t, Asym, b2, b3), d))
  told(nls(y ~ top * exp(-exp(-rate * (t - mid))), d, control = control,
           start = list(top = p[[1]], rate = -log(p[[3]]), mid = -log(p[[2]]) / log(p[[3]]))))
}
tried <- function(fit, d) tryCatch(fit(d), error = function(e) list(error = conditionMessage(e)))
made <- lapply(series, function(d) list(t = d$t, y = d$y, logistic = tried(logistic, d),
                                        gompertz = tried(gompertz, d)))
write(toJSON(made, digits = 15, auto_unbox = TRUE, pretty = 1), "growth_curves.json")
