"""The OpenAI-shaped door for image generators: screens, asks the generator, screens again, records."""
