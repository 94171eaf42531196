"""Movies, rooms and sessions, as managers change them."""
