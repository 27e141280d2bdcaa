# Makes regression_cr2.json. R 4.2.2 of Debian 12 with clubSandwich 0.5.8, sandwich 3.0-2, plm 2.6-2, jsonlite:
# Rscript regression_cr2.R.  Data: plm's Grunfeld and Produc (in regression_diagnostics.json); "gaps" as in
# regression_covariance.R.  No CR3 of lm where dummies are nested in the clusters: clubSandwich then inverts singular
# matrices. Of two weighted models whose clusters fit themselves CR2 is computed from its definition by QR, for
# clubSandwich keeps such directions where rounding leaves them above 1e-12 (its errors differ by 5e-8). "plm" is the same model with the effects absorbed, and its CR1S counts slopes only.
suppressMessages({library(clubSandwich); library(sandwich); library(plm); library(jsonlite)})
data(Grunfeld, package = "plm"); data(Produc, package = "plm")
Grunfeld$w <- 1 / (1 + Grunfeld$capital); Grunfeld$row <- seq_len(200)
gaps <- setdiff(seq_len(200), c(1:3, 25, 41:47, 80, 133:140, 199, 200)); holed <- Grunfeld[gaps, ]
kinds <- c("CR0", "CR1", "CR1S", "CR2", "CR3"); gv <- c("value", "capital")
club <- function(m, cluster, keep = gv, without = NULL) sapply(setdiff(kinds, without), function(kind) {
  found <- coef_test(m, vcov = vcovCR(m, cluster = cluster, type = kind), test = "Satterthwaite")
  rows <- match(keep, names(coef(m)))
  list(se = found$SE[rows], df = found$df_Satt[rows], p = found$p_Satt[rows])
}, simplify = FALSE)
plain <- function(m, keep) sapply(c("HC2", "HC3"), function(k) list(se = unname(sqrt(diag(vcovHC(m, type = k))))[keep]), simplify = FALSE)
defined <- function(m, cluster, keep = gv) {
  s <- sqrt(weights(m)); X <- model.matrix(m); n <- nrow(X); G <- split(seq_len(n), droplevels(factor(cluster)))
  q <- qr(s * X); U <- qr.Q(q); R <- diag(n) - (U / s) %*% t(U * s); V <- R %*% t(R); e <- residuals(m)
  XB <- s * (U %*% t(backsolve(qr.R(q), diag(ncol(X)))))[, match(keep, colnames(X)[q$pivot])]
  A <- lapply(G, function(i) { d <- eigen(V[i, i]); f <- ifelse(d$values > 1e-9, abs(d$values)^-0.5, 0); d$vectors %*% (f * t(d$vectors)) })
  half <- sapply(seq_along(G), function(g) t(XB[G[[g]], ]) %*% A[[g]] %*% e[G[[g]]])
  df <- sapply(seq_along(keep), function(k) {
    a <- sapply(seq_along(G), function(g) { v <- numeric(n); v[G[[g]]] <- A[[g]] %*% XB[G[[g]], k]; v })
    P <- t(a) %*% V %*% a; sum(diag(P))^2 / sum(P^2)
  })
  se <- sqrt(rowSums(half^2)); list(se = se, df = df, p = 2 * pt(-abs(unname(coef(m)[keep]) / se), df))
}
joint <- function(m, cluster, keep = gv) {  # all of keep zero (approximate Hotelling), and the first less the second
  V <- vcovCR(m, cluster = cluster, type = "CR2"); rows <- match(keep, names(coef(m)))
  w <- Wald_test(m, constraints = constrain_zero(rows), vcov = V, test = "HTZ")
  C <- matrix(0, 1, length(coef(m))); C[rows[1:2]] <- c(1, -1)
  l <- if (is.null(weights(m))) linear_contrast(m, vcov = V, contrasts = C, p_values = TRUE)  # an error with weights
  list(F = w$Fstat, df = w$df_denom, p = w$p_val, difference = list(se = l$SE, df = l$df, p = l$p_val))
}
fit <- function(right, data = Grunfeld, ...) lm(as.formula(paste("inv ~ value + capital", right)), data, ...)
pooled <- fit(""); lsdv <- fit("+ factor(firm)"); twoway <- fit("+ factor(firm) + factor(year)")
produc <- lm(log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp, Produc)
weighted <- lm(inv ~ value + capital, Grunfeld, weights = w)
weighted_lsdv <- lm(inv ~ value + capital + factor(firm), Grunfeld, weights = w)
weighted_twoway <- lm(inv ~ value + capital + factor(firm) + factor(year), Grunfeld, weights = w)
weighted_holed <- lm(inv ~ value + capital + factor(firm) + factor(year), holed, weights = w)
absorbed <- function(effect, data = Grunfeld) plm(inv ~ value + capital, data, index = c("firm", "year"), model = "within", effect = effect)
firm <- Grunfeld$firm; year <- Grunfeld$year; nested <- "CR3"
out <- list(
  made_with = paste(R.version.string, "clubSandwich", packageVersion("clubSandwich"), "sandwich", packageVersion("sandwich")),
  pooled = c(club(pooled, firm), plain(pooled, 2:3)), lsdv = c(club(lsdv, firm, without = nested), plain(lsdv, 2:3)),
  produc = club(produc, Produc$state, names(coef(produc))),
  twoway = club(twoway, firm, without = nested), twoway_by_year = club(twoway, year, without = nested),
  lsdv_by_year = club(lsdv, year), pooled_by_row = club(pooled, Grunfeld$row),
  unbalanced = club(fit("+ factor(firm) + factor(year)", holed), holed$firm, without = nested),
  weighted = club(weighted, firm), weighted_by_year = club(weighted, year), weighted_lsdv = club(weighted_lsdv, firm, without = nested),
  weighted_lsdv_by_year = club(weighted_lsdv, year), weighted_twoway = club(weighted_twoway, firm, without = nested),
  weighted_twoway_by_year = club(weighted_twoway, year, without = nested),
  weighted_unbalanced = club(weighted_holed, holed$firm, without = nested),
  plm_lsdv = club(absorbed("individual"), "individual"), plm_twoway = club(absorbed("twoways"), "individual", without = nested),
  plm_unbalanced = club(absorbed("twoways", holed), "individual", without = nested))
out$weighted_twoway$CR2 <- defined(weighted_twoway, firm)
out$weighted_unbalanced$CR2 <- defined(weighted_holed, holed$firm)
slopes <- names(coef(produc))[-1]
out$joint <- list(pooled = joint(pooled, firm), lsdv = joint(lsdv, firm), produc = joint(produc, Produc$state, slopes), twoway = joint(twoway, firm),
  twoway_by_year = joint(twoway, year), lsdv_by_year = joint(lsdv, year), pooled_by_row = joint(pooled, Grunfeld$row),
  unbalanced = joint(fit("+ factor(firm) + factor(year)", holed), holed$firm),
  weighted = joint(weighted, firm), weighted_by_year = joint(weighted, year), weighted_lsdv = joint(weighted_lsdv, firm),
  weighted_lsdv_by_year = joint(weighted_lsdv, year), weighted_twoway_by_year = joint(weighted_twoway, year))
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE), "regression_cr2.json")
