"""What looks at a request with an engine or a model of its own."""
