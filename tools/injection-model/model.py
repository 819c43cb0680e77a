"""The linear model: what it is fitted to, and its file."""

import re
import struct

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

MAGIC = b"KTINJMD\x01"
# What words may add to a sum or take from it, in units of hand weights of rules: they order the borderline and decide nothing.
WORDS_DOWN, WORDS_UP = 0.30, 0.15
# How strongly weights are held to the hand weights (rules) and to 0 (the rest).
HOLD_RULES, HOLD_PAIRS, HOLD_CONTEXT, HOLD_WORDS = 2.0, 4.0, 4.0, 4.0
# The best window of each text is found anew in each.
ROUNDS = 2


def fitted(x, grams, y, c, prior, bounds, hold, start, limits):
    """Weights, intercept and weights of words with the least loss. Without `grams` words are left out."""
    count = x.shape[1]
    x_back = x.T.tocsr()
    grams_back = None if grams is None else grams.T.tocsr()

    def objective(parameters):
        weights, intercept, words = parameters[:count], parameters[count], parameters[count + 1:]
        sums, slope = x @ weights + intercept, None
        if grams is not None:
            # As bounded as in the engine, but smooth.
            raw = grams @ words
            limit = np.where(raw < 0, -limits[0], limits[1])
            bent = np.tanh(raw / limit)
            sums, slope = sums + limit * bent, 1 - bent * bent
        margin = y * sums
        pull = -c * y / (1 + np.exp(np.clip(margin, -500, 500)))
        distance = weights - prior
        loss = c @ np.logaddexp(0, -margin) + 0.5 * (hold * distance) @ distance
        gradient = [x_back @ pull + hold * distance, [pull.sum()]]
        if grams is not None:
            loss += 0.5 * HOLD_WORDS * words @ words
            gradient.append(grams_back @ (pull * slope) + HOLD_WORDS * words)
        return loss, np.concatenate(gradient)

    first = np.concatenate([start[0], [start[1]], [] if grams is None else start[2]])
    pairs = list(zip(*bounds)) + [(None, None)] * (len(first) - count)
    found = minimize(objective, first, jac=True, method="L-BFGS-B", bounds=pairs, options={"maxiter": 200, "ftol": 1e-7}).x
    return found[:count], float(found[count]), None if grams is None else found[count + 1:]


class Layout:
    """What the numbers of features mean."""

    def __init__(self, head):
        self.features = head["features"]
        self.count = len(self.features)
        self.buckets = 1 << head["bucket_bits"]
        self.bucket_bits = head["bucket_bits"]
        self.rules_fingerprint = int(head["rules"], 16)
        self.is_rule = np.array([feature["rule"] for feature in self.features])
        self.by_hand = np.array([feature["weight"] for feature in self.features])
        # Rules that say the same in several languages have one column.
        stems = [re.sub(r"^(rule:[^.]+\.)[a-z]{2}-", r"\1", feature["name"]) for feature in self.features]
        columns = {stem: number for number, stem in enumerate(dict.fromkeys(stems))}
        self.stem = np.array([columns[stem] for stem in stems])
        self.tie = sparse.csr_matrix((np.ones(self.count), (np.arange(self.count), self.stem)), shape=(self.count, len(columns)))
        negative = {feature["group"] for feature in self.features if feature["rule"] and feature["weight"] < 0}
        self.low = np.full(self.count, -np.inf)
        self.high = np.full(self.count, np.inf)
        self.hold = np.full(self.count, HOLD_CONTEXT)
        for number, feature in enumerate(self.features):
            group = feature["group"]
            if feature["rule"]:
                self.hold[number] = HOLD_RULES
                speaks_against = feature["weight"] < 0
            elif group.startswith("pair:"):
                self.hold[number] = HOLD_PAIRS
                speaks_against = any(name in negative for name in group[5:].split("+"))
            elif group in ("context:decoded", "context:tool", "context:quoted"):
                speaks_against = group == "context:quoted"
            else:
                continue
            # More indicators of an attack never make a text look better, more mentions never worse.
            (self.high if speaks_against else self.low)[number] = 0


class Windows:
    """All windows of some texts as sparse matrices."""

    def __init__(self, texts, layout):
        rows, columns, values, words, buckets, owner = [], [], [], [], [], []
        row = 0
        for number, text in enumerate(texts):
            for window in text.windows:
                for feature, value in window["features"]:
                    rows.append(row)
                    columns.append(feature)
                    values.append(value)
                share = 1 / max(1, len(window["buckets"])) ** 0.5
                for bucket in window["buckets"]:
                    words.append((row, share))
                    buckets.append(bucket)
                owner.append(number)
                row += 1
        self.count = row
        self.owner = np.array(owner, dtype=int)
        self.features = sparse.csr_matrix((values, (rows, columns)), shape=(row, layout.count))
        self.words = sparse.csr_matrix(
            ([share for _, share in words], ([place for place, _ in words], buckets)), shape=(row, layout.buckets))

    def best(self, sums, text_count):
        """For each text the row of its window with the highest sum; -1: it has none."""
        best = np.full(text_count, -1)
        for row in np.lexsort((np.arange(self.count)[::-1], sums)):
            best[self.owner[row]] = row
        return best


class Model:
    """`scale` is what a hand weight of 1 comes to: rules that the model does not know count by it."""

    def __init__(self, layout):
        self.layout = layout
        self.scale, self.intercept = 1.0, 0.0
        self.weights = layout.by_hand.copy()
        self.words = np.zeros(layout.buckets)
        self.uses_words = True

    @property
    def limits(self):
        return (-WORDS_DOWN * self.scale, WORDS_UP * self.scale) if self.uses_words else (0.0, 0.0)

    def rule_sums(self, windows):
        return windows.features @ self.weights + self.intercept

    def sums(self, windows):
        return self.rule_sums(windows) + np.clip(windows.words @ self.words, *self.limits)

    def text_sums(self, windows, text_count):
        """As the engine does it: the best window of each reading by its rules, then the words; here over all windows of a text."""
        sums = self.sums(windows)
        result = np.full(text_count, -np.inf)
        np.maximum.at(result, windows.owner, sums)
        return result

    def fit(self, windows, labels, importance):
        """Texts without importance are not looked at."""
        layout = self.layout

        def chosen(sums):
            best = windows.best(sums, len(labels))
            best = best[best >= 0]
            best = best[importance[windows.owner[best]] > 0]
            return best, 2.0 * labels[windows.owner[best]] - 1, importance[windows.owner[best]]

        by_hand = windows.features @ layout.by_hand
        best, y, c = chosen(by_hand)

        def line(parameters):
            margin = y * (parameters[0] * by_hand[best] + parameters[1])
            pull = -c * y / (1 + np.exp(np.clip(margin, -500, 500)))
            return c @ np.logaddexp(0, -margin), np.array([pull @ by_hand[best], pull.sum()])

        found = minimize(line, [3.0, -3.0], jac=True, method="L-BFGS-B", bounds=[(0.5, 12), (None, None)])
        self.scale, self.intercept = float(found.x[0]), float(found.x[1])
        self.weights = layout.by_hand * self.scale
        self.words[:] = 0
        # Rules of one stem as one, then each by itself, held to that; words last.
        tied = np.zeros(layout.stem.max() + 1)
        tied[layout.stem] = self.weights
        low, high, hold = (np.zeros_like(tied) for _ in range(3))
        low[layout.stem], high[layout.stem], hold[layout.stem] = layout.low, layout.high, layout.hold
        found, self.intercept, _ = fitted(
            windows.features[best] @ layout.tie, None, y, c, tied, (low, high), hold, (tied, self.intercept, None), None)
        prior = found[layout.stem]
        self.weights = prior.copy()
        for number in range(ROUNDS):
            best, y, c = chosen(self.sums(windows))
            grams = windows.words[best] if self.uses_words and number == ROUNDS - 1 else None
            self.weights, self.intercept, words = fitted(
                windows.features[best], grams, y, c, prior, (layout.low, layout.high), layout.hold,
                (self.weights, self.intercept, self.words), self.limits)
            if words is not None:
                self.words = words
        return self

    def packed(self, knots):
        """The file that Sources/Policies/Kinds/Injection/InjectionModel.swift reads."""
        top = float(np.abs(self.words).max()) or 1.0
        words = np.rint(self.words / top * 127).astype(np.int8)
        known = [(int(feature["hash"], 16), weight) for feature, weight in zip(self.layout.features, self.weights)
                 if feature["rule"] or round(weight, 4) != 0]
        data = MAGIC + struct.pack("<III", self.layout.bucket_bits, len(known), len(knots))
        data += struct.pack("<Q", self.layout.rules_fingerprint)
        data += struct.pack("<fffff", self.intercept, self.scale, top / 127, *self.limits)
        for sum_, score in knots:
            data += struct.pack("<ff", sum_, score)
        for name, weight in sorted(known):
            data += struct.pack("<Qf", name, round(weight, 4))
        return data + words.tobytes()
