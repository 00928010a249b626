"""What is remembered: tables, one unit of work, and one small module for each thing stored."""

from bot.store.unit import Store, UnitOfWork

__all__ = ["Store", "UnitOfWork"]
