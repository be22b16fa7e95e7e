"""Data that the release and the user decide: settings, tiers, model and codec descriptions."""
