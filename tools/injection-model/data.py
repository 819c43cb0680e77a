"""Labelled texts and what the engine sees in them."""

import hashlib
import json
import pathlib
import re
import subprocess
import tempfile

# Licences that let a model be trained and given away; share-alike, non-commercial and none at all do not.
PERMISSIVE = re.compile(r"(MIT|Apache-2\.0|BSD-[23]-Clause|CC0-1\.0|CC BY [34]\.0|own text)(; .*own text| \(values\); .*own text)?$")
# As `kt policy eval` leaves them out of the core: not to be seen in the text alone.
HARD_KINDS = {"social_engineering", "indirect_subtle", "indirect_task", "indirect_append", "override_loose"}
# Harmless texts with the words of attacks.
MENTION_KINDS = {"hard_negative", "obfuscated_benign"}


class Text:
    """A row of data: label, groups, and the windows that the model is asked about."""

    def __init__(self, row, file):
        self.label = int(row.get("label", 0)) if file.startswith("injection") else 0
        self.kind = row.get("kind", "-")
        self.language = row.get("lang", "-")
        self.source = row.get("source", "-")
        self.licence = row.get("licence")
        self.file = file
        self.windows = []

    @property
    def is_core(self):
        return not (self.label and self.kind in HARD_KINDS)

    @property
    def is_mention(self):
        return not self.label and self.file.startswith("injection") and self.kind in MENTION_KINDS

    @property
    def is_permissive(self):
        return self.licence is None or PERMISSIVE.match(self.licence) is not None

    @property
    def fold(self):
        """One name for sources that share texts."""
        for shared in ("TrustAIRLab", "tau2-bench", "OWASP"):
            if shared in self.source:
                return shared
        return self.source


def labelled_files(folders, ending):
    return sorted(file for folder in folders for file in pathlib.Path(folder).glob(f"*.{ending}.jsonl"))


def wanted(row, file):
    """Of texts about safety only the harmless ones are known to be no injections; those of `benign` stand there again."""
    if file.startswith("safety"):
        return row.get("label") == 0
    return True


def load(kt, files, role="user"):
    """Rows of all files with their windows, and the first line that names the features."""
    texts, head, seen = [], None, set()
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "features.jsonl")
        for file in files:
            subprocess.run([kt, "policy", "features", "--data", file, "--out", out, "--role", role], check=True)
            with open(out, encoding="utf-8") as lines, open(file, encoding="utf-8") as rows:
                head = json.loads(next(lines))
                for row in rows:
                    if not row.strip():
                        continue
                    row, line = json.loads(row), json.loads(next(lines))
                    assert row["id"] == line["id"], "rows and features go apart"
                    key = hashlib.sha256(row["text"].encode("utf-8", "surrogatepass")).digest()
                    if key in seen or not wanted(row, file.name):
                        continue
                    seen.add(key)
                    text = Text(row, file.name)
                    text.windows = line["windows"]
                    texts.append(text)
    return texts, head
