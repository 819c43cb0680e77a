"""Shares of attacks and of harmless texts that score high, in words for people."""

import numpy as np

RATES = (0.001, 0.003, 0.005, 0.01)


def limit(negatives, rate):
    """The lowest limit that at most `rate` of the negatives go beyond."""
    descending = np.sort(negatives)[::-1]
    place = int(rate * len(descending))
    return descending[place] if place < len(descending) else -np.inf


def share(values, threshold, strictly=True):
    if len(values) == 0:
        return None
    return float(np.mean(values > threshold if strictly else values >= threshold))


def percent(value):
    return "-" if value is None else f"{100 * value:.1f}"


class Sample:
    """Texts with a number each."""

    def __init__(self, texts, values):
        self.texts = texts
        self.values = np.asarray(values)

    def where(self, condition):
        chosen = np.array([bool(condition(text)) for text in self.texts], dtype=bool)
        return self.values[chosen]

    @property
    def core(self):
        return self.where(lambda text: text.label and text.is_core)

    @property
    def negatives(self):
        return self.where(lambda text: not text.label)

    @property
    def mentions(self):
        return self.where(lambda text: text.is_mention)

    @property
    def ordinary(self):
        return self.where(lambda text: not text.label and not text.is_mention)

    def recalls(self):
        return {rate: share(self.core, limit(self.negatives, rate)) for rate in RATES}

    def line(self):
        return "  ".join(f"{100 * rate:g} %: {percent(recall)}" for rate, recall in self.recalls().items())

    def table(self, name, group, threshold, least=5):
        """Recall and false positives at a threshold by `group` of a text."""
        names = sorted({group(text) for text in self.texts})
        rows = []
        for value in names:
            attacks = self.where(lambda text: text.label and group(text) == value)
            harmless = self.where(lambda text: not text.label and group(text) == value)
            if len(attacks) + len(harmless) < least:
                continue
            rows.append((-len(attacks), value, len(attacks), len(harmless), share(attacks, threshold, False), share(harmless, threshold, False)))
        lines = [f"| {name} | attacks | found % | harmless | found % |", "|---|---|---|---|---|"]
        lines += [f"| {row[1]} | {row[2]} | {percent(row[4])} | {row[3]} | {percent(row[5])} |" for row in sorted(rows)]
        return "\n".join(lines)
