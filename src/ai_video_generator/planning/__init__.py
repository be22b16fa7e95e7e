"""Pure planning: facts and a request go in, a plan with its reasons comes out."""
