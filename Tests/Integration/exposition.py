"""A strict reader of Prometheus' text format: what it accepts, `promtool check metrics` accepts too."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9]+(?:\.[0-9]+)?)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def parse(text):
    """{(name, frozenset of labels): value}; asserts that the text is valid and follows the naming rules."""
    assert text.endswith("\n"), "no line feed at the end"
    samples, types, current, kind = {}, {}, None, None
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            current = line.split(" ")[2]
            assert current not in types, f"{current} is told twice"
            assert len(line.split(" ", 3)) == 4, f"no words of help: {line}"
            kind = None
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == current and kind in SUFFIXES, line
            assert (kind == "counter") == name.endswith("_total"), f"{name} is a {kind}"
            types[name] = kind
            continue
        match = SAMPLE.fullmatch(line)
        assert match, f"not a sample: {line!r}"
        assert kind and match.group(1) in [current + suffix for suffix in SUFFIXES[kind]], f"a sample of another family: {line}"
        pairs = re.findall(LABEL, match.group(2) or "")
        assert len({name for name, _ in pairs}) == len(pairs), f"a label twice: {line}"
        key = (match.group(1), frozenset(pairs))
        assert key not in samples, f"a series twice: {line}"
        samples[key] = float(match.groups()[-1])
    for name in [name for name, kind in types.items() if kind == "histogram"]:
        check_histogram(name, samples)
    return samples


def check_histogram(name, samples):
    series = {}
    for (sample, labels), value in samples.items():
        if sample == name + "_bucket":
            bound = dict(labels)["le"]
            rest = frozenset(pair for pair in labels if pair[0] != "le")
            series.setdefault(rest, []).append((float("inf") if bound == "+Inf" else float(bound), value))
    for labels, buckets in series.items():
        values = [value for _, value in sorted(buckets)]
        assert values == sorted(values), f"{name} is not cumulated"
        assert sorted(buckets)[-1] == (float("inf"), samples[name + "_count", labels]), f"{name}: +Inf is not its count"
        assert (name + "_sum", labels) in samples


def total(samples, name, **labels):
    """Sum over all series that have these labels."""
    return sum(value for (sample, found), value in samples.items() if sample == name and set(labels.items()) <= set(found))
