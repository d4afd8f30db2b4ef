"""Bayes' rule of densities of classes, computed by SciPy, and what is said of the probabilities: accuracy and log-loss by scikit-learn, the
expected calibration error by plain loops over events and bins.

    python3 make_classification_values.py
"""
import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.metrics import accuracy_score, log_loss

from reference import array, write

rng = np.random.default_rng(33)


def calibration_error(probabilities, truth, bins=15):
    total = 0.0
    for index in range(bins):
        low, high = index / bins, (index + 1) / bins
        inside = [i for i, p in enumerate(probabilities) if low < p.max() <= high]
        if inside:
            right = np.mean([probabilities[i].argmax() == truth[i] for i in inside])
            total += len(inside) / len(truth) * abs(right - np.mean([probabilities[i].max() for i in inside]))
    return total


def case(spread, events=60, classes=4, latents=2):
    counts = rng.integers(5, 60, size=classes)
    means = spread * rng.normal(size=(classes, latents))
    truth = rng.choice(classes, size=events, p=counts / counts.sum())
    z = means[truth] + rng.normal(size=(events, latents))
    # Too narrow a width makes the probabilities too sure of themselves.
    densities = np.stack([multivariate_normal(mean, 0.6 * np.eye(latents)).logpdf(z) for mean in means])
    joint = densities + np.log(counts / counts.sum())[:, None]
    total = logsumexp(joint, axis=0)
    log_probabilities = (joint - total).T
    probabilities = np.exp(log_probabilities)
    return {
        "counts": array(counts), "densities": array(densities), "truth": truth.tolist(), "total": array(total),
        "logProbabilities": array(log_probabilities),
        "accuracy": float(accuracy_score(truth, probabilities.argmax(axis=1))),
        "logLoss": float(log_loss(truth, probabilities, labels=range(classes))),
        "calibrationError": float(calibration_error(probabilities, truth)),
    }


write(
    "classification.json", __file__,
    "log p(z | class) of events (classes x events), log p(z) and log P(class | z) (events x classes), and scores of these",
    ["numpy", "scipy", "scikit-learn"], {"cases": [case(0.7), case(2.0), case(400.0)]})
