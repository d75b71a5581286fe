"""State, jobs and clocks in PostgreSQL."""
