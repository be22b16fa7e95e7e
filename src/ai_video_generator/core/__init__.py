"""Puts the other rooms together; the only room that knows them all."""
