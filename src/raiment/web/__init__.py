"""The web process: the API for programs, the report and case pages, the reviewers' console."""
