"""A spool into its raw table, and the ledger of loads."""
