"""What `make` runs beside the program itself."""
