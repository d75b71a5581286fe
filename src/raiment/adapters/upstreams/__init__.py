"""Generators of pictures: any with an OpenAI-shaped API, and the built-in demonstration one."""
