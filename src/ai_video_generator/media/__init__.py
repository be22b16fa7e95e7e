"""What flows: time, sizes, pictures, frames, sound, files. No devices and no models."""
