"""Changes of movies, rooms and sessions."""
