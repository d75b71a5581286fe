"""
One canonical reading of an untrusted picture, decoded in killable workers.

``reader.PixelReader`` is the door, ``picture.Picture`` what it gives, ``preview`` the reviewer's
thumbnail. This file imports nothing: the worker process loads it before it is confined, and must
start fast.
"""
