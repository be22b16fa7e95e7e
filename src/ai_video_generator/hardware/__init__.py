"""Facts about this machine. Decides nothing, and never imports torch to find them."""
