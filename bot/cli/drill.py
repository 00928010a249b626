"""`schoolgate drill`: do letters reach everybody who has to be told of something in earnest?"""

from __future__ import annotations

import os

from bot.bootstrap import open_store
from bot.cli.common import (
    DEFAULT_DATA,
    DataOption,
    SettingsOption,
    existing_data,
    load_settings,
)
from bot.clock import SystemClock
from bot.errors import DataError
from bot.services.drill import start_drill
from bot.settings import secret_reader
from bot.wording import role_name


def drill(data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:
    """Send each role a letter that is marked as a test, by the route that a real one would take."""
    chosen = load_settings(settings)
    if chosen.mail is None:
        raise DataError("No letters can be sent: settings.toml has no [mail] section.")
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        told = start_drill(store, SystemClock(), chosen)
    finally:
        store.close()
    for one in told:
        print(f"{role_name(one.role)}: {one.person.name} ({one.why})")
    print(
        "The letters leave within half a minute, if Schoolgate is running. Who has answered: "
        f"{chosen.web.public_url}/drill"
    )
