"""What a school was promised, counted at the end of its year."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from bot.log import verify
from bot.school_calendar import day_of
from tests.longrun.school import PER_DAY, PER_MONTH, School


def broken_promises(school: School, begin: datetime, end: datetime) -> list[str]:
    """What does not hold, in words."""
    return [
        *_judged_once(school),
        *_hidden_or_alarmed(school),
        *_letters_left(school),
        *_days_have_their_state(school, day_of(begin), day_of(end)),
        *_log_is_whole(school),
        *_spent_under_the_cap(school),
        *_read_in_time(school),
    ]


def _judged_once(school: School) -> list[str]:
    rows = school.rows(
        "SELECT i.native_id, count(v.id) FROM item i LEFT JOIN reading r ON r.item_id = i.id "
        "LEFT JOIN verdict v ON v.reading_id = r.id WHERE i.kind = 'comment' GROUP BY i.id"
    )
    times = Counter(dict(rows))
    wrong = [ref for ref in school.written if times[ref.native_id] != 1]
    if not wrong:
        return []
    sorts = Counter(times[ref.native_id] for ref in wrong)
    gone = sum(not school.platform.is_there(ref) for ref in wrong)
    return [f"{len(wrong)} comments were not judged once ({dict(sorts)}; {gone} are gone)"]


def _hidden_or_alarmed(school: School) -> list[str]:
    alarmed = {
        native
        for (native,) in school.rows(
            "SELECT i.native_id FROM moderation_case c JOIN item i ON i.id = c.item_id "
            "WHERE c.alarm != ''"
        )
    }
    broken = []
    for ref in school.written:
        if not school.platform.is_there(ref) or ref in school.shown_again:
            continue
        hidden = school.platform.is_hidden(ref)
        if hidden is not (ref in school.harms) and ref.native_id not in alarmed:
            broken.append(f"comment {ref.native_id} is {'hidden' if hidden else 'visible'}")
    unfinished = school.rows(
        "SELECT count(*) FROM effect e JOIN moderation_case c ON c.id = e.case_id WHERE e.kind = "
        "'hide' AND e.status IN ('pending', 'claimed', 'accepted', 'failed') AND c.alarm = ''"
    )[0][0]
    if unfinished:
        broken.append(f"{unfinished} hides are neither confirmed nor alarmed")
    return broken


def _letters_left(school: School) -> list[str]:
    sent = {mail.message_id for mail in school.mailer.letters}
    unsent = [
        message_id
        for message_id, status in school.rows(
            "SELECT l.message_id, e.status FROM letter l JOIN effect e ON e.letter_id = l.id "
            "WHERE e.status != 'cancelled'"
        )
        if message_id not in sent
    ]
    return [f"{len(unsent)} letters were written and never sent"] if unsent else []


def _days_have_their_state(school: School, begin: date, end: date) -> list[str]:
    with school.app.store.read() as uow:
        known = {signed.day for signed in uow.days.signatures(begin, end)}
        known |= uow.days.told_of(begin, end)
    days = [begin + timedelta(days=n) for n in range((end - begin).days - 1)]
    missing = [d for d in days if school.settings.calendar.is_school_day(d) and d not in known]
    return [f"neither signed nor written about: {', '.join(map(str, missing))}"] if missing else []


def _log_is_whole(school: School) -> list[str]:
    with school.app.store.read() as uow:
        entries = uow.log.after(0, limit=10_000_000)
    found = verify(entries, school.app.store.log_key)
    return [] if found.ok else [f"the log does not verify: {found.problem}"]


def _spent_under_the_cap(school: School) -> list[str]:
    """By the platform's own bill. A restore forgets what was spent since the backup."""
    broken = []
    for day, number in school.platform.bill.items():
        most = PER_DAY * (2 if day in school.restored_on else 1)
        if number > most:
            broken.append(f"{day}: {number} were billed, {most} allowed")
    months = Counter[str]()
    for day, number in school.platform.bill.items():
        months[str(day)[:7]] += number
    for month, number in months.items():
        again = sum(str(day).startswith(month) for day in school.restored_on)
        most = PER_MONTH + PER_DAY * again
        if number > most:
            broken.append(f"{month}: {number} were billed, {most} allowed")
    return broken


def _read_in_time(school: School) -> list[str]:
    hours = school.rows(
        "SELECT max(julianday(next) - julianday(finished_at)) * 24 FROM (SELECT finished_at, "
        "lead(finished_at) OVER (ORDER BY id) AS next FROM poll WHERE stream = 'comments')"
    )[0][0]
    longest = 26.0 if school.restores else 3.1  # since the backup nothing is known
    return [f"nobody asked for comments for {hours:.1f} h"] if hours and hours > longest else []
