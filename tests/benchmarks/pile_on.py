"""A pile-on: 5,000 verdicts to hide in one poll, and how long the letters take
(processor time, so that a busy machine does not count). Asserts nothing.

uv run python tests/benchmarks/pile_on.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot import program_log  # noqa: E402
from bot.cycle import send_letters  # noqa: E402
from bot.model import Assessment, Cursor, Finding, Kind, Page, Severity, Stream, Target  # noqa: E402
from bot.policy import judge  # noqa: E402
from bot.services.assess import Judged, record  # noqa: E402
from bot.services.ingest import PollReport, ingest  # noqa: E402
from tests.builders import a_comment  # noqa: E402
from tests.house import House  # noqa: E402

MANY = 5_000
BATCH = 50


def main(directory: Path) -> None:
    house = House(directory)
    house.past_the_baseline()
    now = house.clock.now()
    comments = tuple(
        a_comment(f"Number {n}", created_at=now, post_id=str(n % 3)) for n in range(MANY)
    )
    with house.store.begin() as uow:
        page = Page(comments, Cursor(), last=True)
        report = PollReport("school", Stream.COMMENTS)
        ingest(uow, page, report, now, now, now - timedelta(days=1), True)
        uow.commit()
    found = Assessment((Finding(Kind.ABUSE, Severity.SERIOUS, Target.PUPIL, True),))
    verdict = judge(found, house.settings.policy)
    began = time.process_time()
    while True:
        with house.store.read() as uow:
            waiting = uow.readings.waiting(BATCH)
        if not waiting:
            break
        judged = [Judged(one, found, verdict) for one in waiting]
        record(house.store, house.clock, house.settings, judged)
    verdicts = time.process_time() - began
    began = time.process_time()
    send_letters(house.app)
    letters = time.process_time() - began
    began = time.process_time()
    send_letters(house.app)
    after = time.process_time() - began
    print(
        f"pile-on of {MANY:,}: verdicts, cases, log and notices {verdicts:.1f} s; "
        f"{len(house.mailer.letters)} letters written and sent in {letters:.2f} s (aim: 5 s); "
        f"the next round {after * 1000:.0f} ms"
    )
    house.close()


if __name__ == "__main__":
    program_log.configure(None, console=False)
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder))
