"""The room that answers whether we have seen this image before, and where its copies are."""
