"""settings.toml, the environment and secret files → frozen Settings, or every problem at once."""

from bot.settings.load import default_settings_text, load
from bot.settings.secrets import secret_reader
from bot.settings.shape import (
    AccountSettings,
    BudgetSettings,
    ClassifierSettings,
    HealthSettings,
    HidingMode,
    HidingSettings,
    LetterSettings,
    MailSettings,
    SampleSettings,
    SchoolSettings,
    Settings,
    TimetableSettings,
    WebSettings,
)

__all__ = [
    "AccountSettings",
    "BudgetSettings",
    "ClassifierSettings",
    "HealthSettings",
    "HidingMode",
    "HidingSettings",
    "LetterSettings",
    "MailSettings",
    "SampleSettings",
    "SchoolSettings",
    "Settings",
    "TimetableSettings",
    "WebSettings",
    "default_settings_text",
    "load",
    "secret_reader",
]
