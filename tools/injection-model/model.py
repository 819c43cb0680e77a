"""The linear model: what it is fitted to, and its file."""

import struct

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

MAGIC = b"KTINJMD\x01"
# What words may add to a sum or take from it, in units of hand weights of rules: they order the borderline and decide nothing.
WORDS_DOWN, WORDS_UP = 0.30, 0.15
# How strongly weights are held to the hand weights (rules) and to 0 (the rest).
HOLD_RULES, HOLD_PAIRS, HOLD_CONTEXT, HOLD_WORDS = 2.0, 4.0, 4.0, 4.0
ROUNDS = 3


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

    def fit(self, windows, labels, importance, rule_prior=True):
        layout = self.layout
        by_hand = windows.features @ layout.by_hand
        best = windows.best(by_hand, len(labels))
        best = best[best >= 0]
        y, c = 2.0 * labels[windows.owner[best]] - 1, importance[windows.owner[best]]

        def line(parameters):
            margin = y * (parameters[0] * by_hand[best] + parameters[1])
            loss = c @ np.logaddexp(0, -margin)
            pull = -c * y / (1 + np.exp(np.clip(margin, -500, 500)))
            return loss, np.array([pull @ by_hand[best], pull.sum()])

        found = minimize(line, [3.0, -3.0], jac=True, method="L-BFGS-B", bounds=[(0.5, 12), (None, None)])
        self.scale, self.intercept = float(found.x[0]), float(found.x[1])
        prior = layout.by_hand * self.scale
        self.weights = prior.copy()
        down, up = -self.limits[0], self.limits[1]
        features = layout.count
        for _ in range(ROUNDS):
            best = windows.best(self.sums(windows), len(labels))
            best = best[best >= 0]
            x, grams = windows.features[best], windows.words[best]
            y, c = 2.0 * labels[windows.owner[best]] - 1, importance[windows.owner[best]]
            transposed, grams_transposed = x.T.tocsr(), grams.T.tocsr()

            def objective(parameters):
                weights, intercept, words = parameters[:features], parameters[features], parameters[features + 1:]
                raw = grams @ words if self.uses_words else np.zeros(len(y))
                limit = np.where(raw < 0, down, up) if self.uses_words else np.ones(len(y))
                bent = np.tanh(raw / limit)
                margin = y * (x @ weights + intercept + limit * bent)
                pull = -c * y / (1 + np.exp(np.clip(margin, -500, 500)))
                distance = weights - prior
                loss = c @ np.logaddexp(0, -margin) + 0.5 * (layout.hold * distance) @ distance
                gradient = [transposed @ pull + layout.hold * distance, [pull.sum()]]
                if self.uses_words:
                    loss += 0.5 * HOLD_WORDS * words @ words
                    gradient.append(grams_transposed @ (pull * (1 - bent * bent)) + HOLD_WORDS * words)
                else:
                    gradient.append(np.zeros(layout.buckets))
                return loss, np.concatenate(gradient)

            start = np.concatenate([self.weights, [self.intercept], self.words])
            bounds = list(zip(layout.low, layout.high)) + [(None, None)] * (1 + layout.buckets)
            found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300, "ftol": 1e-8})
            self.weights, self.intercept, self.words = found.x[:features], float(found.x[features]), found.x[features + 1:]
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
