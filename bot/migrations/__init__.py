"""The history of the tables (Alembic). Applied by bot.store.schema when the program starts."""
