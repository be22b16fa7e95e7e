"""What happens to frames after a model made them, in fixed steps."""
