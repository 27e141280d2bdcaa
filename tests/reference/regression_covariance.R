# Makes regression_covariance.json. R 4.2.2 of Debian 12 with plm 2.6-2, sandwich 3.0-2, jsonlite:
# Rscript regression_covariance.R.  CR0 to CR3 and Satterthwaite's degrees of freedom are computed here from their
# definitions on full dummy designs (Pustejovsky and Tipton, 2018); clubSandwich's own numbers are in regression_cr2.json.
# The data are those in regression_diagnostics.json (plm's Grunfeld and Produc, R's longley and mtcars).
suppressMessages({library(plm); library(sandwich); library(jsonlite)})
data(Grunfeld, package = "plm"); data(Produc, package = "plm")
Grunfeld$firm <- factor(Grunfeld$firm); Grunfeld$year <- factor(Grunfeld$year)
Produc$state <- factor(Produc$state)
power_of <- function(m, p) {
  e <- eigen((m + t(m)) / 2)
  v <- ifelse(e$values > 1e-10, e$values, Inf)^p
  e$vectors %*% diag(ifelse(is.finite(v), v, 0), length(v)) %*% t(e$vectors)
}
bm <- function(m, cluster, keep) {
  X <- model.matrix(m); B <- solve(crossprod(X)); n <- nrow(X); H <- X %*% B %*% t(X); e <- residuals(m)
  rows <- split(seq_len(n), droplevels(factor(cluster))); G <- length(rows)
  out <- lapply(c(CR0 = 0, CR2 = -0.5, CR3 = -1), function(p) {
    A <- lapply(rows, function(i) if (p == 0) diag(length(i)) else power_of(diag(length(i)) - H[i, i], p))
    half <- sapply(seq_len(G), function(g) B %*% t(X[rows[[g]], , drop = FALSE]) %*% A[[g]] %*% e[rows[[g]]])
    V <- half %*% t(half)
    df <- sapply(keep, function(k) {
      a <- sapply(seq_len(G), function(g) {
        v <- numeric(n); v[rows[[g]]] <- A[[g]] %*% X[rows[[g]], , drop = FALSE] %*% B[, k]; v
      })
      P <- t(a) %*% (diag(n) - H) %*% a
      sum(diag(P))^2 / sum(P^2)
    })
    se <- unname(sqrt(diag(V)[match(keep, colnames(X))])); b <- unname(coef(m)[keep])
    list(se = se, df = unname(df), p = 2 * pt(-abs(b / se), unname(df)))
  })
  f <- G / (G - 1) * c(CR1 = 1, CR1S = (n - 1) / (n - ncol(X)))
  out$CR1 <- list(se = out$CR0$se * sqrt(f[["CR1"]])); out$CR1S <- list(se = out$CR0$se * sqrt(f[["CR1S"]]))
  out
}
hc <- function(m, keep) {
  out <- lapply(c("HC0", "HC1", "HC2", "HC3"), function(k) unname(sqrt(diag(vcovHC(m, type = k)))[keep]))
  names(out) <- c("HC0", "HC1", "HC2", "HC3")
  c(list(coef = unname(coef(m)[keep]), classical = unname(sqrt(diag(vcov(m)))[keep])), out)
}
err <- function(v) unname(sqrt(diag(v)))
serial <- function(model, effect) {
  m <- plm(inv ~ value + capital, Grunfeld, index = c("firm", "year"), model = model, effect = effect)
  list(coef = unname(coef(m)), HC0_group = err(plm::vcovHC(m, type = "HC0", cluster = "group")),
    sss_group = err(plm::vcovHC(m, type = "sss", cluster = "group")),
    HC0_time = err(plm::vcovHC(m, type = "HC0", cluster = "time")),
    SCC = err(vcovSCC(m)), SCC_HC1 = err(vcovSCC(m, type = "HC1")), SCC_4 = err(vcovSCC(m, maxlag = 4)),
    double = err(vcovDC(m)))
}
gv <- c("value", "capital")
pooled <- lm(inv ~ value + capital, Grunfeld)
lsdv <- lm(inv ~ value + capital + firm, Grunfeld)
twoway <- lm(inv ~ value + capital + firm + year, Grunfeld)
gaps <- setdiff(seq_len(200), c(1:3, 25, 41:47, 80, 133:140, 199, 200))
holed <- Grunfeld[gaps, ]
unbalanced <- lm(inv ~ value + capital + firm + year, holed)
produc <- lm(log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp, Produc)
weighted <- lm(inv ~ value + capital, Grunfeld, weights = 1 / (1 + capital))
pv <- c("(Intercept)", "log(pcap)", "log(pc)", "log(emp)", "unemp")
out <- list(
  made_with = paste(R.version.string, "plm", packageVersion("plm"), "sandwich", packageVersion("sandwich")),
  gaps = gaps,
  cluster = list(
    pooled = bm(pooled, Grunfeld$firm, gv), lsdv = bm(lsdv, Grunfeld$firm, gv), twoway = bm(twoway, Grunfeld$firm, gv),
    lsdv_by_year = bm(lsdv, Grunfeld$year, gv), twoway_by_year = bm(twoway, Grunfeld$year, gv),
    unbalanced = bm(unbalanced, holed$firm, gv), produc = bm(produc, Produc$state, pv)),
  independent = list(pooled = hc(pooled, c("(Intercept)", gv)), lsdv = hc(lsdv, gv), twoway = hc(twoway, gv),
    unbalanced = hc(unbalanced, gv), weighted = hc(weighted, c("(Intercept)", gv)),
    longley = hc(lm(Employed ~ ., longley), 1:7), mtcars = hc(lm(mpg ~ wt + hp + qsec, mtcars), 1:4)),
  serial = list(pooling = serial("pooling", "individual"), within = serial("within", "individual"), twoways = serial("within", "twoways")))
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE), "regression_covariance.json")
