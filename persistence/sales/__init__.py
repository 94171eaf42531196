"""Reservations, payments and their events."""
