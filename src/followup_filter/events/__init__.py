"""Events and cards, and which event caused a mail."""
