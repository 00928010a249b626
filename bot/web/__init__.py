"""The pages of one school, and the thread that serves them."""

from bot.bootstrap import App
from bot.web.app import WebContext, create_app
from bot.web.server import WebServer

__all__ = ["WebContext", "WebServer", "create_app", "serve"]


def serve(app: App) -> WebServer:
    """The pages of this app, ready to be started where settings say."""
    web = app.settings.web
    pages = create_app(WebContext(app.store, app.clock, app.settings))
    return WebServer(
        pages,
        host=web.host,
        port=web.port,
        certificate=web.certificate,
        key=web.certificate_key,
    )
