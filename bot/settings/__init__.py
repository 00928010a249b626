"""settings.toml, the environment and secret files → frozen Settings, or every problem at once."""

from bot.settings.load import default_settings_text, load, section_problems
from bot.settings.secrets import secret_reader
from bot.settings.shape import (
    AccountSettings,
    BackupSettings,
    BudgetSettings,
    ClassifierSettings,
    HealthSettings,
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
    TimetableSettings,
    WebSettings,
)
from bot.settings.writing import written

__all__ = [
    "AccountSettings",
    "BackupSettings",
    "BudgetSettings",
    "ClassifierSettings",
    "HealthSettings",
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
    "TimetableSettings",
    "WebSettings",
    "default_settings_text",
    "load",
    "secret_reader",
    "section_problems",
    "written",
]
