"""What is to be made, what is being made and what was made, in one database on this machine."""
