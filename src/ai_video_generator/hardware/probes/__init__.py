"""One file a vendor: each asks its own driver what accelerators there are."""
