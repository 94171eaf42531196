"""Reservations and payments, their events and the outbox."""
