"""The door: tickets are checked in."""
