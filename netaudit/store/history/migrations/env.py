"""How Alembic runs here: on the connection, and in the transaction, of the history that is opened."""

from alembic import context

from netaudit.store.history.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
