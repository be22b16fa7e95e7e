"""What the video shows: shots, framings and how the camera moves between them."""
