"""Where mail comes from and what it says: sources, MIME to Message, text clean-up."""
