"""One file a backend: pictures and a storyboard go in, frames come out."""
