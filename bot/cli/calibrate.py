"""`schoolgate calibrate`: which thresholds would have cost least, as lines to paste."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.bootstrap import open_store
from bot.calibrating import ENOUGH, MISSED_LOOK, WRONG_HIDE, Lines, propose
from bot.cli.agreement import DaysOption
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data, load_settings
from bot.clock import SystemClock
from bot.findings.scored import LINE, severity_of
from bot.model import Kind, Policy, Severity
from bot.queries.agreement import DAYS
from bot.queries.calibration import Basis, Scores, basis, scores_since
from bot.settings import secret_reader
from bot.wording import plain_name

_NOT_BY_ITSELF = (
    "Nothing was changed. If you want these lines, put them under [policy.thresholds] in "
    "settings.toml in place of those of the same kinds. What is allowed, queued and hidden "
    "changes with them: agree it with the headteacher and the communications officer first."
)
_HOW = (
    f"Reckoned so that to miss what somebody should have seen costs {MISSED_LOOK} needless looks, "
    f"and a wrong hide {WRONG_HIDE} late ones. Comments that accuse somebody at the school are "
    "left out. No comment's words were read, and no model was trained."
)


def calibrate(
    data: DataOption = DEFAULT_DATA, settings: SettingsOption = None, days: DaysOption = DAYS
) -> None:
    """Propose thresholds from what people decided and from the weekly sample. Changes nothing."""
    policy = load_settings(settings).policy
    since = SystemClock().now() - timedelta(days=days)
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        known = basis(store, policy, since)
        proposed = _proposed(known, policy)
        changes = _changes(scores_since(store, since), proposed, policy) if proposed else {}
    finally:
        store.close()
    for kind in Kind:
        if kind in proposed:
            print(f"# {_called(kind)}: {known[kind].decided} decisions. {changes[kind]}")
            mild, serious = proposed[kind]
            print(f"{kind} = [{mild:g}, {serious:g}]")
        elif kind in known and known[kind].decided >= ENOUGH:
            decided = f"{known[kind].decided} decisions"
            print(f"# {_called(kind)}: {decided}. Its thresholds are right as they are.")
        else:
            print(f"# {_called(kind)}: not enough decisions yet (fewer than {ENOUGH}).")
    print(f"\n{_HOW}\n{_NOT_BY_ITSELF if proposed else 'Nothing was changed.'}")


def _called(kind: Kind) -> str:
    """Such as "Advertising or a scam (spam)": in words, and as settings.toml spells it."""
    words = plain_name(kind)
    return f"{words[:1].upper()}{words[1:]} ({kind})"


def _proposed(known: Mapping[Kind, Basis], policy: Policy) -> dict[Kind, Lines]:
    """Lines for each kind with enough decisions that would have cost less than today's."""
    proposed = {}
    for kind, one in known.items():
        now = policy.thresholds.get(kind, LINE)
        lines = propose(one.examples, now) if one.decided >= ENOUGH else now
        if lines != now:
            proposed[kind] = lines
    return proposed


def _changes(
    verdicts: Iterable[Scores], proposed: Mapping[Kind, Lines], policy: Policy
) -> dict[Kind, str]:
    """What of all that was judged would turn out otherwise, in a sentence for each kind."""
    turned: dict[Kind, Counter[tuple[Severity | None, Severity | None]]] = {
        kind: Counter() for kind in proposed
    }
    then: dict[str, Lines] = {str(kind): lines for kind, lines in proposed.items()}
    for scores in verdicts:
        for kind in proposed:
            before = severity_of(kind, scores, policy.thresholds)
            after = severity_of(kind, scores, then)
            turned[kind][before, after] += 1
    return {kind: _sentence(counts) for kind, counts in turned.items()}


def _sentence(turned: Counter[tuple[Severity | None, Severity | None]]) -> str:
    grave = Severity.SERIOUS
    moved = [(old, new, many) for (old, new), many in turned.items() if old is not new]
    found = sum(many for old, _, many in moved if old is None)
    lost = sum(many for _, new, many in moved if new is None)
    graver = sum(many for _, new, many in moved if new is grave)
    milder = sum(many for old, _, many in moved if old is grave)
    return (
        f"Of {turned.total()} verdicts {sum(many for *_, many in moved)} would change: "
        f"{found} newly found, {lost} no longer; {graver} newly grave, {milder} no longer."
    )
