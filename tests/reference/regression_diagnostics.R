# Makes regression_diagnostics.json. R 4.2.2 of Debian 12 with plm 2.6-2, lmtest 0.9-40, car 3.1-1,
# strucchange 1.5-3, AER 1.2-10, jsonlite:  Rscript regression_diagnostics.R
suppressMessages({library(plm); library(lmtest); library(car); library(strucchange); library(AER); library(jsonlite)})
h <- function(t) list(statistic = unname(t$statistic), p = unname(t$p.value))
data(Grunfeld, package = "plm"); data(Produc, package = "plm"); data(CigarettesSW, package = "AER")
unname_rows <- function(d) { row.names(d) <- NULL; d }
set.seed(1)

panel <- function(f, d, index) {
  pool <- plm(f, d, index = index, model = "pooling"); fe <- plm(f, d, index = index, model = "within")
  tw <- plm(f, d, index = index, model = "within", effect = "twoways")
  fd <- plm(f, d, index = index, model = "fd"); re <- plm(f, d, index = index, model = "random")
  random <- lapply(c("swar", "walhus", "amemiya", "nerlove"), function(m) {
    r <- plm(f, d, index = index, model = "random", random.method = m)
    list(coef = unname(coef(r)), se = unname(sqrt(diag(vcov(r)))), sigma2 = unname(unlist(r$ercomp$sigma2)))
  })
  names(random) <- c("swar", "walhus", "amemiya", "nerlove")
  list(random = random, fd = list(coef = unname(coef(fd)), se = unname(sqrt(diag(vcov(fd))))),
    tests = list(
      hausman = h(phtest(fe, re)), F_ind = h(pFtest(fe, pool)), F_twoways = h(pFtest(tw, pool)),
      lm_bp = h(plmtest(pool, type = "bp")), lm_honda = h(plmtest(pool, type = "honda")),
      lm_bp_time = h(plmtest(pool, effect = "time", type = "bp")),
      lm_bp_tw = h(plmtest(pool, effect = "twoways", type = "bp")),
      lm_honda_tw = h(plmtest(pool, effect = "twoways", type = "honda")),
      lm_kw_tw = h(plmtest(pool, effect = "twoways", type = "kw")),
      lm_ghm_tw = h(plmtest(pool, effect = "twoways", type = "ghm")),
      pwfd_fd = h(pwfdtest(fd)), pwfd_fe = h(pwfdtest(fd, h0 = "fe")),
      pbsy_ar = h(pbsytest(pool, test = "ar")), pbsy_re = h(pbsytest(pool, test = "re", re.normal = FALSE)),
      pbsy_j = h(pbsytest(pool, test = "j")), pw_unobs = h(pwtest(pool)),
      pbg_1 = h(pbgtest(fe, order = 1)), pdw = h(pdwtest(fe)), bnf = list(statistic = unname(pbnftest(fe)$statistic)),
      pcd_cd = h(pcdtest(fe, test = "cd")), pcd_lm = h(pcdtest(fe, test = "lm")),
      pcd_sclm = h(pcdtest(fe, test = "sclm")), pcd_bcsclm = h(pcdtest(fe, test = "bcsclm"))))
}
balanced_only <- function(f, d, index) {
  fe <- plm(f, d, index = index, model = "within")
  list(pwar = h(pwartest(fe)), pbl = h(pbltest(f, pdata.frame(d, index = index))))
}
single <- function(f, d) {
  d <<- d; m <- lm(f, d)
  e <- residuals(m)
  list(hat = unname(hatvalues(m)), rstandard = unname(rstandard(m)), rstudent = unname(rstudent(m)),
    cooks = unname(cooks.distance(m)), dffits = unname(dffits(m)), covratio = unname(covratio(m)),
    dfbetas = unname(dfbetas(m)), vif = unname(vif(m)),
    tests = list(bp = h(bptest(m)), bp_nonstud = h(bptest(m, studentize = FALSE)),
      ncv = list(statistic = ncvTest(m)$ChiSquare, p = ncvTest(m)$p), gq = h(gqtest(m)), harvey = h(harvtest(m)),
      rain = h(raintest(m)), reset23 = h(resettest(m)), reset2_reg = h(resettest(m, power = 2, type = "regressor")),
      reset23_pc = h(resettest(m, type = "princomp")), dw = h(dwtest(m)), dw_two = h(dwtest(m, alternative = "two.sided")),
      bg1 = h(bgtest(m)), bg2 = h(bgtest(m, order = 2)), bg2F = h(bgtest(m, order = 2, type = "F")),
      shapiro = h(shapiro.test(e)), ljung1 = h(Box.test(e, 1, "Ljung")), ljung4 = h(Box.test(e, 4, "Ljung"))))
}
gf <- inv ~ value + capital; pf <- log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp
# unbalanced without gaps: each firm loses up to four years at either end
start <- sample(0:4, 10, TRUE); end <- sample(0:4, 10, TRUE)
drop <- which(Grunfeld$year < 1935 + start[Grunfeld$firm] | Grunfeld$year > 1954 - end[Grunfeld$firm])
car_m <- mtcars[, c("mpg", "wt", "hp", "qsec")]
cig <- subset(CigarettesSW, year == "1995")
cig <- data.frame(packs = log(cig$packs), price = log(cig$price / cig$cpi), income = log(cig$income / cig$population / cig$cpi),
  salestax = (cig$taxs - cig$tax) / cig$cpi, cigtax = cig$tax / cig$cpi)
iv <- ivreg(packs ~ price + income | income + salestax + cigtax, data = cig)
iv1 <- ivreg(packs ~ price + income | income + salestax, data = cig)
ivs <- function(m) list(coef = unname(coef(m)), se = unname(sqrt(diag(vcov(m)))), hc1 = unname(sqrt(diag(vcovHC(m, type = "HC1")))),
  diagnostics = unname(summary(m, diagnostics = TRUE)$diagnostics))
nile <- Fstats(Nile ~ 1); car_f <- Fstats(mpg ~ wt + hp, data = car_m, from = 0.2)
break_test <- function(f) list(statistic = unname(sctest(f)$statistic), p = unname(sctest(f)$p.value), place = f$breakpoint)
out <- list(
  made_with = paste(R.version.string, "plm", packageVersion("plm"), "lmtest", packageVersion("lmtest"), "strucchange", packageVersion("strucchange"), "AER", packageVersion("AER")),
  data = list(grunfeld = unname_rows(Grunfeld), produc = Produc[, c("state", "year", "pcap", "pc", "gsp", "emp", "unemp")],
    longley = longley, mtcars = unname_rows(car_m), cigarettes = unname_rows(cig), nile = as.numeric(Nile), dropped = drop),
  grunfeld = panel(gf, Grunfeld, c("firm", "year")), produc = panel(pf, Produc, c("state", "year")),
  unbalanced = panel(gf, Grunfeld[-drop, ], c("firm", "year")),
  grunfeld_balanced = balanced_only(gf, Grunfeld, c("firm", "year")), produc_balanced = balanced_only(pf, Produc, c("state", "year")),
  longley = single(Employed ~ ., longley), mtcars = single(mpg ~ wt + hp + qsec, car_m),
  cigarettes = list(two = ivs(iv), one = ivs(iv1)),
  breaks = list(nile = break_test(nile), mtcars = break_test(car_f)))
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, dataframe = "columns"), "regression_diagnostics.json")
