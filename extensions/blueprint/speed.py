"""Spare Copier what it does again for every file it writes, a good part of the time of a copy."""

from __future__ import annotations

import re
import subprocess
from functools import wraps
from hashlib import sha256
from inspect import unwrap
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import Environment

try:
    from copier._main import Worker
except ImportError:  # a Copier that has it elsewhere writes the same, and takes longer
    Worker = object  # type: ignore[assignment, misc]

ENGINE = Path(__file__).parents[1]
PLAIN = re.compile(r"[\w./-]+", re.ASCII)  # no template: delimiters have brackets, in every release


def compile_once(environment: Environment) -> None:
    """Copier compiles every part of a path again for every file it writes, and an update writes three services.

    What was compiled is kept as long as the process, for the clones of one engine: each has a blueprint of its own, and
    a filter of a constant is applied when the template is compiled.
    """
    compile_anew = environment.compile
    compiled: dict[object, CodeType] = vars(jinja2).setdefault("compiled_once", {}).setdefault(_engine(), {})

    def compile_(source: str, name: str | None = None, filename: str | None = None) -> CodeType:
        environment.preprocess(source, name, filename)  # by this Copier forgets what the text before has yielded
        if (source, name) not in compiled:
            compiled[source, name] = compile_anew(source, name, filename)
        return compiled[source, name]

    environment.compile = compile_  # type: ignore[method-assign, assignment]


def _engine() -> str:
    """What all depends on but the text of a template: the engine, and the delimiters of copier.yml."""
    files = [file for file in sorted(ENGINE.rglob("*")) if file.is_file() and "__pycache__" not in file.parts]
    texts = [file.read_bytes() for file in (ENGINE.parent / "copier.yml", *files)]
    names = [bytes(file.relative_to(ENGINE)) for file in files]
    return sha256(b"\0".join([*names, *texts])).hexdigest()


def ask_git_once(worker: Any = Worker) -> None:
    """Copier starts git after every file it writes, to learn whether git keeps modes; mostly it does, and that is all.

    The answer of git is kept as long as the worker, which writes one folder. Where git does not keep modes, Copier does
    what it always does; a Copier that does not ask is left as it is. Here and below, the release that was loaded last
    replaces what another has put in the way.
    """
    sync = unwrap(getattr(worker, "_sync_git_index_executable_bit", None))  # type: ignore[arg-type]
    if sync is None:
        return

    @wraps(sync)
    def sync_if_needed(self: Any, *arguments: Any) -> None:
        known = vars(self)
        if "keeps_modes" not in known:
            known["keeps_modes"] = _keeps_modes(self.subproject.local_abspath)
        if not known["keeps_modes"]:
            sync(self, *arguments)

    worker._sync_git_index_executable_bit = sync_if_needed


def render_only_templates(worker: Any = Worker) -> None:
    """Copier gathers all answers to render each part of each path, and the name of the answers file; most are plain."""
    render = unwrap(getattr(worker, "_render_string", None))  # type: ignore[arg-type]
    name = unwrap(getattr(getattr(worker, "answers_relpath", None), "fget", None))  # type: ignore[arg-type]
    if render is None or name is None:
        return

    @wraps(render)
    def render_template(self: Any, string: str, *arguments: Any, **named: Any) -> str:
        if not PLAIN.fullmatch(string):
            rendered: str = render(self, string, *arguments, **named)
            return rendered
        self.jinja_env.preprocess(string)  # as above
        return string

    @wraps(name)
    def answers_relpath(self: Any) -> Path:
        plain = str(self.answers_file or self.template.answers_relpath)
        if not PLAIN.fullmatch(plain):
            rendered: Path = name(self)
            return rendered
        self.jinja_env.preprocess(plain)
        return Path(plain)

    worker._render_string, worker.answers_relpath = render_template, property(answers_relpath)


def _keeps_modes(folder: Path) -> bool:
    question = ["git", "config", "--type=bool", "--get", "core.fileMode"]
    answer = subprocess.run(question, cwd=folder, check=False, capture_output=True)  # noqa: S603 - nothing of others
    return answer.stdout.strip() != b"false"
