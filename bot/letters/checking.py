"""Whether the school's own wording of letters can be used, before one is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import Environment, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from bot.letters import PARTS, environment, shared, word_part, wrong_with

Samples = Mapping[str, Mapping[str, object]]


def unusable(folder: Path, samples: Samples) -> list[str]:
    """What is wrong with the school's own wording in `folder`, each naming file and placeholder.

    Every letter is tried with its sample's facts, also where only what letters share is the
    school's own; a folder or file of another name is wrong too, for it would never be sent.
    """
    found = [*_misnamed(folder, samples)]
    ours_or_own = environment(folder)
    known: dict[str, frozenset[str]] = {}
    trials = []
    for name, facts in sorted(samples.items()):
        for part in PARTS:
            try:
                drawn_on = _drawn_on(ours_or_own, f"{name}/{part}", frozenset(facts))
            except ValueError as error:
                found.append(str(error))
                continue
            for file, given in drawn_on.items():
                known[file] = known.get(file, given) & given
            if own := [file for file in drawn_on if (folder / file).exists()]:
                trials.append((name, part, own))
    unknown = {
        file: list(_unknown(ours_or_own, file, given))
        for file, given in known.items()
        if (folder / file).exists()
    }
    found += [sentence for sentences in unknown.values() for sentence in sentences]
    for name, part, own in trials:
        if not any(unknown[file] for file in own):
            where = " or ".join(own)
            found += [f"{where}: {wrong}" for wrong in _tried(name, part, samples[name], folder)]
    return list(dict.fromkeys(found))


def _misnamed(folder: Path, samples: Samples) -> Iterator[str]:
    right = {f"{name}/{part}" for name in samples for part in PARTS} | set(shared())
    for path in sorted([*folder.glob("*"), *folder.glob("*/*")]):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in right:
            yield (
                f"{name}: there is no such letter or part; the letters are "
                f"{', '.join(sorted(samples))}, each with {', '.join(PARTS)}; beside their "
                f"folders, {', '.join(shared())}"
            )


def _drawn_on(
    ours_or_own: Environment,
    file: str,
    given: frozenset[str],
    above: tuple[str, ...] = (),
) -> dict[str, frozenset[str]]:
    """A file and all that it includes or extends, each with the placeholders known there.

    Raises ValueError, which names the file, where one cannot be read.
    """
    tree = _parsed(ours_or_own, file)
    set_here = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    found = {file: given}
    for other in find_referenced_templates(tree):
        if other is None or other in (*above, file):
            raise ValueError(f"{file}: includes itself, or what only the letter itself could name")
        if other not in ours_or_own.list_templates():
            raise ValueError(f"{file}: includes {other}, and there is no such file")
        found |= _drawn_on(ours_or_own, other, given | set_here, (*above, file))
    return found


def _parsed(ours_or_own: Environment, file: str) -> nodes.Template:
    assert ours_or_own.loader is not None
    try:
        source, _, _ = ours_or_own.loader.get_source(ours_or_own, file)
        return ours_or_own.parse(source)
    except TemplateSyntaxError as error:
        raise ValueError(f"{file}: line {error.lineno}: {error.message}") from error
    except (OSError, UnicodeDecodeError, TemplateNotFound) as error:
        raise ValueError(f"{file}: cannot be read: {error}") from error


def _unknown(ours_or_own: Environment, file: str, given: frozenset[str]) -> Iterator[str]:
    """Placeholders that not every letter with this file fills, also in words that no sample
    shows.
    """
    for placeholder in sorted(find_undeclared_variables(_parsed(ours_or_own, file)) - given):
        yield (
            f"{file}: nothing is known to put in place of {{{{ {placeholder} }}}}; there are "
            f"{', '.join(sorted(given))}"
        )


def _tried(name: str, part: str, facts: Mapping[str, object], folder: Path) -> Iterator[str]:
    try:
        yield from wrong_with(part, word_part(name, part, facts, folder), facts)
    except (TemplateError, ValueError) as error:
        yield str(error)
