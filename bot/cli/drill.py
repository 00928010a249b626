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
from bot.model import Role
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
        print(f"{one.person.name} {one.why}")
    for role in Role:
        if all(one.role is not role for one in told):
            print(f"Nobody can be written to for {role_name(role)}: nobody has an address.")
    print(
        "The letters leave within half a minute, if Schoolgate is running. Who has answered: "
        f"{chosen.web.public_url}/drill"
    )
