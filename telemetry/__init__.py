"""Logs, metrics, traces and the origin of a request. Imports no other room."""
