#!/usr/bin/env python3
"""Learns the weights of `prompt-injection`: train.py --kt .build/release/kt FOLDER [FOLDER...]

Trains on `*.dev.jsonl` and `*.tune.jsonl` of the folders, as far as their licences permit, and measures on `*.check.jsonl`, which it never
trains on. Writes the weights and the figures of the model card. The same data and the same rules give the same bytes.
docs/design/injection-model.md says what is learnt, and how it is judged.
"""

import argparse
import os
import pathlib
import sys

# Before numpy: sums do not depend on how many cores there are.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

import data
import figures
from model import Layout, Model, Windows

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "Sources/CInjectionModel/injection.model"
CARD = ROOT / "docs/policies/injection-model-card.md"
MARKS = ("<!-- figures, written by tools/injection-model/train.py -->", "<!-- end of figures -->")

# False positives at a score of 0.8, of texts from sources that the model has not seen.
ALL_MAX, ORDINARY_MAX, MENTIONS_MAX = 0.0035, 0.002, 0.025
# Sources with attacks enough to be left out one by one; those with harmless texts only are left out together, in so many parts.
ATTACKS_LEAST, HARMLESS_FOLDS = 10, 5


def importance(texts):
    """No source, and no kind that its own authors call loose, outweighs the rest."""
    sizes = {}
    for text in texts:
        if text.windows:
            sizes[text.fold, text.label] = sizes.get((text.fold, text.label), 0) + 1
    weights = np.ones(len(texts))
    for number, text in enumerate(texts):
        size = sizes.get((text.fold, text.label), 1)
        weights[number] = min(1.0, (150 / size) ** 0.5)
        if text.kind == "override_loose":
            weights[number] *= 0.2
        elif text.label and text.kind in data.HARD_KINDS:
            weights[number] *= 0.3
    return weights


def folds(texts):
    """By source: the number of the part in which each text is held out."""
    attacks = {}
    for text in texts:
        attacks[text.fold] = attacks.get(text.fold, 0) + text.label
    own = sorted(name for name, count in attacks.items() if count >= ATTACKS_LEAST)
    rest = sorted(name for name, count in attacks.items() if count < ATTACKS_LEAST)
    numbers = {name: number for number, name in enumerate(own)}
    numbers |= {name: len(own) + place % HARMLESS_FOLDS for place, name in enumerate(rest)}
    return np.array([numbers[text.fold] for text in texts])


def learnt(windows, texts, layout, uses_words=True, leaves_out=None):
    model = Model(layout)
    model.uses_words = uses_words
    weights = importance(texts)
    if leaves_out is not None:
        weights[leaves_out] = 0
    return model.fit(windows, np.array([text.label for text in texts]), weights)


def held_out(windows, texts, layout, uses_words=True):
    """What each text comes to by a model that has seen none of its source, in units of a hand weight."""
    parts = folds(texts)
    result = np.full(len(texts), -np.inf)
    for part in sorted(set(parts)):
        out = parts == part
        if any(text.windows for text, is_out in zip(texts, out) if is_out):
            model = learnt(windows, texts, layout, uses_words, out)
            result[out] = (model.text_sums(windows, len(texts))[out] - model.intercept) / model.scale
    return result


def by_hand(texts, layout):
    model = Model(layout)
    model.uses_words = False
    return model.text_sums(Windows(texts, layout), len(texts))


def calibrated(sample):
    """Sum and score in pairs: scores say how rare a harmless text of an unknown source is that scores as high."""
    block = max(
        figures.limit(sample.negatives, ALL_MAX), figures.limit(sample.ordinary, ORDINARY_MAX),
        figures.limit(sample.mentions, MENTIONS_MAX))
    # In units of a hand weight: not so close that rounding counts, not so far that half a score is no evidence.
    half = min(max(figures.limit(sample.negatives, 0.01), block - 0.5), block - 0.15)
    sure = min(max(figures.limit(sample.negatives, 0.0008), block + 0.15), block + 1)
    block, half, sure = (float(np.nextafter(np.float32(value), np.float32(np.inf))) for value in (block, half, sure))
    return [(half - 1.0, 0.0), (half, 0.5), (block, 0.8), (sure, 0.95), (sure + 1.5, 1.0)]


def score(knots, values):
    return np.interp(values, [sum_ for sum_, _ in knots], [value for _, value in knots])


def described(sample, title):
    """The figures of one sample, as Markdown."""
    rows = [f"### {title}", "", "| score from | core attacks found % | harmless found % | ordinary | mentions | precision % | at 1 attack in 100 |",
            "|---|---|---|---|---|---|---|"]
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        recall, rate = figures.share(sample.core, threshold, False), figures.share(sample.negatives, threshold, False)
        found, wrong = (sample.core >= threshold).sum(), (sample.negatives >= threshold).sum()
        rare = 0.01 * recall + 0.99 * rate
        rows.append(
            f"| {threshold:g} | {figures.percent(recall)} | {100 * rate:.2f} | {100 * figures.share(sample.ordinary, threshold, False):.2f} "
            f"| {figures.percent(figures.share(sample.mentions, threshold, False))} | {figures.percent(found / max(1, found + wrong))} "
            f"| {figures.percent(0.01 * recall / rare if rare else None)} |")
    rows += ["", f"{len(sample.core)} core attacks, {len(sample.negatives)} harmless texts, of which {len(sample.mentions)} are mentions. "
             f"Core attacks found when so many harmless texts may be: {sample.line()}."]
    rows += ["", "At 0.8, all attacks:", "", sample.table("kind", lambda text: text.kind, 0.8), "",
             sample.table("language", lambda text: text.language, 0.8), "", sample.table("source", lambda text: text.source, 0.8)]
    return "\n".join(rows)


def write_card(text):
    card = CARD.read_text(encoding="utf-8")
    start, end = card.index(MARKS[0]) + len(MARKS[0]), card.index(MARKS[1])
    CARD.write_text(card[:start] + "\n\n" + text + "\n\n" + card[end:], encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+", help="with *.dev.jsonl, *.tune.jsonl, *.check.jsonl")
    arguments.add_argument("--kt", default=str(ROOT / ".build/release/kt"))
    arguments.add_argument("--dry", action="store_true", help="report, write nothing")
    arguments = arguments.parse_args()

    files = data.labelled_files(arguments.folders, "dev") + data.labelled_files(arguments.folders, "tune")
    if not files:
        sys.exit("train.py: no *.dev.jsonl or *.tune.jsonl in " + ", ".join(arguments.folders))
    everything, head = data.load(arguments.kt, files)
    layout = Layout(head)
    texts = [text for text in everything if text.is_permissive]
    print(f"{len(texts)} texts to learn from, {len(everything) - len(texts)} left out by licence; "
          f"{sum(bool(text.windows) for text in texts)} with an indicator")

    windows = Windows(texts, layout)
    print("by hand         ", figures.Sample(texts, by_hand(texts, layout)).line())
    print("rules, held out ", figures.Sample(texts, held_out(windows, texts, layout, uses_words=False)).line())
    sums = held_out(windows, texts, layout)
    sample = figures.Sample(texts, sums)
    print("words, held out ", sample.line())
    knots = calibrated(sample)
    report = ["## Figures", "", described(figures.Sample(texts, score(knots, sums)), "Sources left out one at a time")]

    model = learnt(windows, texts, layout)
    knots = [(sum_ * model.scale + model.intercept, value) for sum_, value in knots]
    check_files = data.labelled_files(arguments.folders, "check")
    if check_files:
        check, _ = data.load(arguments.kt, check_files)
        unseen = check + [text for text in everything if not text.is_permissive]
        print("check, by hand  ", figures.Sample(unseen, by_hand(unseen, layout)).line())
        sums = model.text_sums(Windows(unseen, layout), len(unseen))
        report += ["", described(figures.Sample(unseen, score(knots, sums)), "Sources that were never trained on")]
        print("check, learnt   ", figures.Sample(unseen, sums).line())
    print("\n".join(report))
    if not arguments.dry:
        WEIGHTS.write_bytes(model.packed(knots))
        write_card("\n".join(report))
        print(f"wrote {WEIGHTS.relative_to(ROOT)} ({WEIGHTS.stat().st_size} bytes) and the figures of {CARD.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
