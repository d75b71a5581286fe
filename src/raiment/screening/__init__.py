"""The room that answers whether an image may be made or edited, and whether a result may go out."""
