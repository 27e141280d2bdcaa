# Makes regression_other.json: data sets that the code was not written on. R 4.2.2 of Debian 12 with plm 2.6-2, AER 1.2-10,
# lmtest 0.9-40, sandwich 3.0-2, strucchange 1.5-3, jsonlite:  Rscript regression_other.R
# Data: AER's USAirlines (Greene), USConsump1993 and CigarettesSW of 1985; R's swiss and attitude; Grunfeld is in regression_diagnostics.json.
suppressMessages({library(plm); library(AER); library(strucchange); library(jsonlite)})
data(USAirlines); data(USConsump1993); data(CigarettesSW); data(Grunfeld, package = "plm")
h <- function(t) list(statistic = unname(t$statistic), p = unname(t$p.value))
err <- function(v) unname(sqrt(diag(v)))
air <- data.frame(firm = as.numeric(USAirlines$firm), year = as.numeric(as.character(USAirlines$year)), y = log(USAirlines$cost),
  output = log(USAirlines$output), price = log(USAirlines$price), load = USAirlines$load)
use <- as.data.frame(USConsump1993)
single <- list(swiss = setNames(swiss, c("y", paste0("x", 1:5))), attitude = setNames(attitude, c("y", paste0("x", 1:6))),
  consumption = data.frame(y = use$expenditure, x1 = use$income))
cig <- subset(CigarettesSW, year == "1985")
cig <- data.frame(y = log(cig$packs), price = log(cig$price / cig$cpi), income = log(cig$income / cig$population / cig$cpi),
  salestax = (cig$taxs - cig$tax) / cig$cpi, tax = cig$tax / cig$cpi)
f <- y ~ output + price + load
panel <- function(d) {
  m <- function(...) plm(f, d, index = c("firm", "year"), ...)
  pool <- m(model = "pooling"); fe <- m(model = "within"); tw <- m(model = "within", effect = "twoways"); fd <- m(model = "fd")
  random <- sapply(c("swar", "walhus", "amemiya", "nerlove"), function(k) { r <- m(model = "random", random.method = k)
    list(coef = unname(coef(r)), se = err(vcov(r)), sss = err(plm::vcovHC(r, type = "sss")), sigma2 = unname(unlist(r$ercomp$sigma2))) }, simplify = FALSE)
  serial <- function(m) list(coef = unname(coef(m)), se = err(vcov(m)), sss = err(plm::vcovHC(m, type = "sss")), scc = err(vcovSCC(m)), time = err(plm::vcovHC(m, type = "HC0", cluster = "time")))
  ols <- lm(f, d)
  list(random = random, pooling = serial(pool), within = serial(fe), twoways = serial(tw),
    fd = list(coef = unname(coef(fd)), sss = err(plm::vcovHC(fd, type = "sss"))),
    one_way = err(vcovCL(ols, cluster = d$firm)),
    tests = list(F_ind = h(pFtest(fe, pool)), F_tw = h(pFtest(tw, pool)), pool = h(pooltest(pool, pvcm(f, d, index = c("firm", "year")))),
      pwar = h(pwartest(fe)), pwfd = h(pwfdtest(fd)), pwfd_fe = h(pwfdtest(fd, h0 = "fe")), pw = h(pwtest(pool)),
      ar = h(pbsytest(pool)), re = h(pbsytest(pool, test = "re", re.normal = FALSE)), j = h(pbsytest(pool, test = "j")),
      cd = h(pcdtest(fe, test = "cd")), lm = h(pcdtest(fe, test = "lm")), bp = h(plmtest(pool, type = "bp")), ghm = h(plmtest(pool, effect = "twoways", type = "ghm"))))
}
one <- function(d) {
  m <- lm(y ~ ., d); e <- residuals(m); s <- Fstats(y ~ ., data = d, from = 0.2)
  x <- names(d)[-1]
  square <- as.formula(paste0("~ (", paste(x, collapse = "+"), ")^2 +", paste0("I(", x, "^2)", collapse = "+")))
  list(rain = h(raintest(m)), rain_x1 = h(raintest(m, order.by = ~x1, data = d)), rain_7 = h(raintest(m, fraction = 0.7)),
    gq = h(gqtest(m, point = 0.4)), gq_omitted = h(gqtest(m, fraction = 0.2, alternative = "two.sided")),
    gq_less = h(gqtest(m, alternative = "less")), gq_x1 = h(gqtest(m, order.by = ~x1, data = d)), dw = h(dwtest(m)), dw_two = h(dwtest(m, alternative = "two.sided")),
    bp = h(bptest(m)), white = h(bptest(m, square, data = d)), reset = h(resettest(m, power = 2:4)),
    bg = h(bgtest(m, order = 3, type = "F")), shapiro = h(shapiro.test(e)), chow = h(sctest(y ~ ., data = d, type = "Chow", point = 18)),
    sup = list(statistic = unname(sctest(s)$statistic), p = unname(sctest(s)$p.value), place = s$breakpoint))
}
kept <- setdiff(seq_len(90), c(1:3, 14:15, 31, 45, 61:64, 89:90)) # units of other lengths, no gaps
iv <- ivreg(y ~ price + income | income + salestax + tax, data = cig)
wu <- summary(iv, diagnostics = TRUE)$diagnostics
out <- list(made_with = paste(R.version.string, "plm", packageVersion("plm"), "AER", packageVersion("AER")),
  data = c(list(airlines = air, cigarettes = cig), lapply(single, function(d) { row.names(d) <- NULL; d })), kept = kept,
  airlines = panel(air), unbalanced = panel(air[kept, ]), baltagi_li = h(pbltest(f, pdata.frame(air, index = c("firm", "year")))),
  two_way = err(vcovCL(lm(inv ~ value + capital, Grunfeld), cluster = ~ firm + year)),
  swiss = one(single$swiss), attitude = one(single$attitude), consumption = one(single$consumption),
  iv = list(coef = unname(coef(iv)[c(2, 1, 3)]), se = err(vcov(iv))[c(2, 1, 3)], wu = unname(wu[2, 3:4]), sargan = unname(wu[3, 3:4])))
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, dataframe = "columns"), "regression_other.json")
