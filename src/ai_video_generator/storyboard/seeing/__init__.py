"""How things are seen in a picture: one module an idea, each a pure function of its pixels."""
