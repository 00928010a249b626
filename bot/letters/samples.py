"""Made-up facts for each letter: what `schoolgate letters preview` fills the wording with."""

from __future__ import annotations

from collections.abc import Mapping

from bot.letters import Line

_ALL: Mapping[str, object] = {
    "name": "Alex Example",
    "school": "Example Primary School",
    "ring": "the school office on 01632 960123",
    "link": "http://schoolbox.local:8000/letters/0123456789abcdef",
}
_BULLETIN: Mapping[str, object] = {
    "until": "Friday 20 November, 15:45",
    "read": ["facebook, comments: read to the end", "x, comments: read to the end"],
    "unread": ["x, newcomers: could not be read. X does not answer."],
    "acted": [
        Line(3, "insults or bullying aimed at a member of staff", "hidden"),
        Line(1, "advertising or a scam", "deleted"),
    ],
    "waiting": 4,
    "oldest": "Thursday 19 November, 16:02",
    "tasks": 2,
    "health": ["Only 412 MB are free where Schoolgate keeps its data."],
    "head": "9f2c4e" + "0" * 52 + "b71d04",
}
SAMPLES: Mapping[str, Mapping[str, object]] = {
    "escalation": {
        **_ALL,
        "urgency": "immediate",
        "count": 3,
        "lines": (
            Line(2, "a threat against a member of staff", "hidden"),
            Line(1, "private details of a pupil", "visible to the public", confirmed=True),
        ),
        "confirmed": False,
        "may_read": True,
        "answer_by": "Friday 20 November, 13:05",
        "in_place_of": ["the headteacher"],
        "tried": ["the headteacher was written to on Friday 20 November, 12:05"],
    },
    "reminder": {
        **_ALL,
        "hours": 48,
        "hours_left": 24,
        "until": "Monday 23 November, 12:05",
    },
    "daily": {**_ALL, **_BULLETIN},
    "weekly": {**_ALL, **_BULLETIN, "unread": []},
    "unsigned_day": {**_ALL, "days": ["Thursday 19 November", "Friday 20 November"]},
    "invitation": {**_ALL, "days": 7},
    "sign_in": {
        **_ALL,
        "what": "Your sign-in was reset.",
        "at": "Friday 20 November, 12:05",
        "tell": "the headteacher",
        "link": "http://schoolbox.local:8000/your-sign-in",
    },
    "trouble": {
        **_ALL,
        "troubles": ["On x, comments could not be read at all: X does not answer."],
    },
    "drill": {**_ALL, "role": "the headteacher", "in_place": False},
    "alarm": {**_ALL, "count": 2, "why": ["The mail server refuses the recipient (answer 550)."]},
}
