# How the numbers of regression_cr2.json are made: R with clubSandwich (Pustejovsky), sandwich and plm's data.
# They are re-typed from a published run; regression_covariance.R computes the same from the definitions.
library(clubSandwich); library(sandwich)
data(Grunfeld, package = "plm"); data(Produc, package = "plm")
pooled <- lm(inv ~ value + capital, Grunfeld)
lsdv <- lm(inv ~ value + capital + factor(firm), Grunfeld)
produc <- lm(log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp, Produc)
for (kind in c("CR0", "CR1", "CR1S", "CR2", "CR3")) {
  print(coef_test(pooled, vcovCR(pooled, cluster = Grunfeld$firm, type = kind), test = "Satterthwaite")[2:3, ], digits = 15)
  if (kind != "CR3") print(coef_test(lsdv, vcovCR(lsdv, cluster = Grunfeld$firm, type = kind), test = "Satterthwaite")[2:3, ], digits = 15)
  print(coef_test(produc, vcovCR(produc, cluster = Produc$state, type = kind), test = "Satterthwaite"), digits = 15)
}
for (kind in c("HC2", "HC3")) for (m in list(pooled, lsdv)) print(sqrt(diag(vcovHC(m, type = kind)))[2:3], digits = 15)
