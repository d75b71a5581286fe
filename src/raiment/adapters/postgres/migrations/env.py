"""Alembic's entry: run on the connection that ``migrate`` hands over, in its transaction."""

from alembic import context

from raiment.adapters.postgres.tables import metadata


def _ours(name: str | None, kind: str, parents: object) -> bool:
    """Leave procrastinate's tables out of autogenerate; they come from their own SQL."""
    del parents
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=_ours,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
