"""How adjusted scores of clusters vary together: what the law of CR2 rests on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["AdjustedClusters", "ClusterMoments"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClusterMoments:
    """Covariances ``P_st`` of the adjusted scores of coefficients s and t, cluster by cluster.

    ``P_st = diag(own_st) + images_s mates_t'``, (G, G), for errors that are independent with equal
    variances (Pustejovsky and Tipton, 2018, section 2.2), never held for all pairs at once.

    Parameters
    ----------
    own : (G, k, k) array
        What a cluster has of its own, by pair of coefficients.
    images, mates : (G, m, k) arrays
        Factors of what clusters share through the estimated coefficients and effects.

    Examples
    --------
    >>> own = np.array([[[1.0]], [[1.0]]])
    >>> ClusterMoments(own, np.zeros((2, 0, 1)), np.zeros((2, 0, 1))).satterthwaite().tolist()
    [2.0]
    """

    own: Array
    images: Array
    mates: Array

    def between(self, s: int, t: int) -> Array:
        """Return ``P_st``, (G, G)."""
        found = self.images[:, :, s] @ self.mates[:, :, t].T
        found.ravel()[:: len(found) + 1] += self.own[:, s, t]
        return np.asarray(found)

    def combined(self, C: Array) -> "ClusterMoments":
        """Return the moments of linear combinations of coefficients, C of shape (q, k)."""
        return ClusterMoments(C @ self.own @ C.T, self.images @ C.T, self.mates @ C.T)

    def satterthwaite(self) -> Array:
        """Return degrees of freedom of each coefficient's variance, (k,).

        ``(sum_g P_gg)^2 / sum_gh P_gh^2`` (Pustejovsky and Tipton, 2018, equation 11).
        """
        df = np.empty(self.own.shape[1])
        for j in range(df.size):
            P = self.between(j, j)
            df[j] = np.trace(P) ** 2 / (P**2).sum()
        return df

    def hotelling(self) -> float:
        """Return the degrees of freedom v of all coefficients' covariance taken together.

        With q coefficients standardised by ``sum_g P_gg``, so that P is D:
        ``v = q (q + 1) / sum_st sum_gh (D_st,gh D_st,hg + D_ss,gh D_tt,gh)``. The Wald statistic Q
        is then compared as ``(v - q + 1) / (v q) Q`` with F(q, v - q + 1) (Zhang, 2012; Pustejovsky
        and Tipton, 2018, section 3.2, where it is AHZ). With q = 1 this is Satterthwaite's.
        """
        whole = self.own.sum(axis=0) + np.einsum("gms,gmt->st", self.images, self.mates)
        values, vectors = np.linalg.eigh((whole + whole.T) / 2.0)
        even = self.combined((vectors / np.sqrt(values)) @ vectors.T)
        q = len(values)
        same = [even.between(s, s) for s in range(q)]
        total = 0.0
        for s in range(q):
            for t in range(q):
                D = same[s] if s == t else even.between(s, t)
                total += float((D * D.T).sum() + (same[s] * same[t]).sum())
        return q * (q + 1) / total


@dataclass(frozen=True, slots=True)
class AdjustedClusters:
    """What CR2 needs of the clusters of a regression.

    Parameters
    ----------
    half : (G, k) array
        Rows ``B X_g'W_g A_g e_g``; their sum of outer products is the covariance.
    moments : ClusterMoments
        What the degrees of freedom follow from.
    """

    half: Array
    moments: ClusterMoments
