"""What flows through the program: time, sizes, pictures, frames, sound, files. No devices and no models."""
