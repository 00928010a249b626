"""settings.toml, the environment and secret files → frozen Settings, or every problem at once."""

from bot.settings.load import default_settings_text, load
from bot.settings.secrets import secret_reader
from bot.settings.shape import (
    AccountSettings,
    ClassifierSettings,
    HidingMode,
    HidingSettings,
    LetterSettings,
    LinkWorks,
    Look,
    MailSettings,
    NewcomerSettings,
    SampleSettings,
    SchoolSettings,
    Settings,
    SignInSettings,
    Sweep,
    WebSettings,
)

__all__ = [
    "AccountSettings",
    "ClassifierSettings",
    "HidingMode",
    "HidingSettings",
    "LetterSettings",
    "LinkWorks",
    "Look",
    "MailSettings",
    "NewcomerSettings",
    "SampleSettings",
    "SchoolSettings",
    "Settings",
    "SignInSettings",
    "Sweep",
    "WebSettings",
    "default_settings_text",
    "load",
    "secret_reader",
]
