"""A morning of the demo's sandbox behind real pages: two platforms, the bundled model, a browser.

Nothing here is stubbed but the platforms themselves, and those are real servers on this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, Page

from adapters.sandbox.day import DAY
from adapters.sandbox.faults import graph_server_error
from adapters.sandbox.players import Players
from adapters.sandbox.stage import Stage
from bot.bootstrap import App, build_app
from bot.cycle import prove_capabilities, run_cycle
from bot.model import ItemKind, ItemRef
from bot.services import signin
from bot.settings import load
from bot.web import WebServer, serve
from tests.browser.walks import DESKTOP, PATIENCE, Light

PASSWORD = "a day at the school gate"
_SCENES = 7
"""Until a child has asked for help; the platforms' own troubles come later, and not by script."""

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class SandboxDay:
    """A school at half past eleven. `pictures`: where screenshots are kept; None: nowhere."""

    app: App
    stage: Stage
    chromium: Browser
    pictures: Path | None

    @property
    def url(self) -> str:
        return self.app.settings.web.public_url

    @contextmanager
    def page(
        self,
        key: str,
        *,
        light: Light = "light",
        size: tuple[int, int] = DESKTOP,
        scripts: bool = True,
    ) -> Iterator[Page]:
        """A browser of its own for this person, signed in."""
        person = next(p for p in self.app.settings.people if p.key == key)
        session = signin.sign_in(self.app.store, self.app.clock, person.email, PASSWORD)
        assert session is not None
        context = self.chromium.new_context(
            base_url=self.url,
            color_scheme=light,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "schoolgate_session", "value": session, "url": self.url}])
        try:
            yield context.new_page()
        finally:
            context.close()

    def keep(self, page: Page, name: str) -> None:
        """Keep a picture of what is in the window, where pictures are wanted."""
        if self.pictures is not None:
            page.screenshot(path=self.pictures / f"{name}.png", animations="disabled")

    def says(self, text: str) -> tuple[str, str]:
        """Somebody answers the school's newest post on X, and it is read, judged and acted on;
        its id there, and its case.
        """
        world = self.stage.world
        author = world.x_user(f"somebody{next(_numbers)}", "Some Body")
        native_id = world.x_post(author, text, reply_to=Players(world).find("newest on x")[1])
        self.goes_on(1)
        with self.app.store.read() as uow:
            ref = ItemRef("x", ItemKind.COMMENT, native_id)
            case = uow.cases.find_by_item(uow.items.find([ref])[ref].id)
        assert case is not None, f"“{text}” was let through"
        return native_id, case.ref

    def goes_on(self, seconds: float) -> None:
        """So much of the day passes, then everything does its work once."""
        self.stage.advance(seconds)
        run_cycle(self.app)

    @contextmanager
    def facebook_fails(self) -> Iterator[None]:
        """Facebook answers with errors; afterwards it is itself again, and read."""
        world = self.stage.world
        world.fault("facebook", graph_server_error(), times=None)
        self.goes_on(60)
        try:
            yield
        finally:
            world.clear_faults()
            self.goes_on(3600)

    def is_hidden(self, native_id: str) -> bool:
        """What X shows to the world."""
        return native_id in self.stage.world.x_hidden()

    def texts(self) -> list[str]:
        """Every comment that was read."""
        with self.app.store.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT text FROM reading WHERE length(text) > 15")
            return [row[0] for row in rows]

    def case_with(self, condition: str) -> str:
        """The oldest open case of which this holds, in SQL."""
        sql = (
            "SELECT c.ref FROM moderation_case c JOIN item i ON i.id = c.item_id "
            f"WHERE c.status = 'open' AND {condition} ORDER BY c.id LIMIT 1"
        )
        with self.app.store.engine.connect() as connection:
            return str(connection.exec_driver_sql(sql).scalar_one())


@contextmanager
def a_morning(
    directory: Path, chromium: Browser, port: int, pictures: Path | None
) -> Iterator[SandboxDay]:
    """Play the morning and serve its pages."""
    with closing(Stage.open(directory)) as stage:
        overrides = dict(stage.settings())
        accounts = overrides["accounts"]
        assert isinstance(accounts, dict)
        # The day is played by leaps: with a poll each minute most of it would count as not read.
        overrides["accounts"] = {
            name: {**account, "poll_minutes": 240} for name, account in accounts.items()
        }
        overrides["web"] = {"port": port, "public_url": f"http://127.0.0.1:{port}"}
        overrides["sign_in"] = {"second_factor": False}
        settings = load(None, environ={}, overrides=overrides)
        app = build_app(settings, clock=stage.clock, data_dir=directory, secret=stage.secrets().get)
        with closing(app):
            for account in app.adapters:
                prove_capabilities(app, account)
            for _ in DAY[:_SCENES]:
                run_cycle(app)
                stage.play()
            run_cycle(app)
            for person in settings.people:
                if person.roles and person.email:
                    signin.add_user(app.store, app.clock, settings, person.email, PASSWORD)
            server: WebServer = serve(app)
            server.start()
            try:
                yield SandboxDay(app, stage, chromium, pictures)
            finally:
                server.stop(within=PATIENCE / 1000)
