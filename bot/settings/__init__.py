"""settings.toml, the environment and secret files → frozen Settings, or every problem at once."""

from bot.settings.load import default_settings_text, load, section_problems
from bot.settings.secrets import secret_reader
from bot.settings.shape import (
    AccountSettings,
    BackupSettings,
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
from bot.settings.writing import written

__all__ = [
    "AccountSettings",
    "BackupSettings",
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
    "section_problems",
    "written",
]
