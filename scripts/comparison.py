"""What the scripts that compare crosspyc with a CPython share: the files of a library, and processes that answer questions.

A question is a JSON object on a line, as `examples/probe.rs` and `reference.py` read them; so is its answer.
"""

import collections
import json
import os
import re
import select
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120
"""Seconds that one answer may take."""


class Process:
    """A process that answers questions in order, and is started again when a question ends it."""

    def __init__(self, command):
        self.command = command
        self.running = None

    def ask(self, questions, ahead=64):
        """Yields the answers. As many questions as `ahead` says are sent before the first answer is awaited."""
        questions, sent = iter(questions), collections.deque()
        while True:
            if self.running is None:
                self.start()
                again, sent = sent, collections.deque()
                for question in again:
                    self.send(question, sent)
            for question in questions:
                self.send(question, sent)
                if len(sent) >= ahead:
                    break
            if not sent:
                return
            answer = self.receive()
            sent.popleft()
            yield answer

    def ask_one(self, question):
        """The answer of a process that is started for this question alone."""
        answer = next(self.ask([question]))
        self.close()
        return answer

    def close(self):
        if self.running is not None:
            self.running.stdin.close()
            self.running.stdout.close()
            self.running.kill()
            self.running.wait()
            self.running = None

    def start(self):
        self.running = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.set_blocking(self.running.stdin.fileno(), False)
        self.unsent, self.received = bytearray(), bytearray()

    def send(self, question, sent):
        sent.append(question)
        self.unsent += json.dumps(question).encode() + b"\n"

    def receive(self):
        """The next answer; of a process that ends or is silent for too long, how it ended."""
        stdin, stdout = self.running.stdin.fileno(), self.running.stdout.fileno()
        searched = 0
        while True:
            newline = self.received.find(b"\n", searched)
            if newline >= 0:
                line = bytes(self.received[:newline])
                del self.received[: newline + 1]
                return json.loads(line)
            searched = len(self.received)
            readable, writable, _ = select.select([stdout], [stdin] if self.unsent else [], [], PATIENCE)
            if not readable and not writable:
                return self.ended("no answer in time")
            if writable:
                try:
                    del self.unsent[: os.write(stdin, self.unsent[:65536])]
                except BrokenPipeError:
                    self.unsent.clear()
            if readable:
                chunk = os.read(stdout, 1 << 20)
                if not chunk:
                    return self.ended(None)
                self.received += chunk

    def ended(self, reason):
        if reason:
            self.running.kill()
        code = self.running.wait()
        self.running = None
        return {"crash": reason or f"exit code {code}"}


def probe():
    """Our side: `cargo build --release --example probe` makes it."""
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    path = folder / "release/examples/probe"
    if not path.exists():
        sys.exit(f"{Path(sys.argv[0]).name}: {path} is missing: run `cargo build --release --example probe`")
    return Process([str(path)])


def reference(python):
    return Process([python, "-I", "-X", "utf8", str(ROOT / "scripts/reference.py")])


def facts(python):
    """The interpreter's `version` (3.12.1) and the folder of its library (`stdlib`)."""
    return reference(python).ask_one({"ask": "facts"})


def modules(tree):
    """The Python files below a folder, in order, as `crosspyc compile` finds them."""
    found = []
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name not in ("__pycache__", "site-packages") and name[0] != "."]
        found += [os.path.join(folder, name) for name in names if name.endswith(".py")]
    return sorted(found)


def saved(kind, version):
    """Where the results of a comparison are kept until the next one."""
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{kind}-{version}.json"


def without_addresses(message):
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", message)


def shape(message):
    """A message without what it quotes from the source."""
    message = re.sub(r"'(?:[^'\\]|\\.){2,}?'", "'_'", without_addresses(message))
    return re.sub(r"(?<!U\+)\b\d+\b", "#", re.sub(r"U\+[0-9A-F]+|(?<=character )'.'", "_", message))[:120]
