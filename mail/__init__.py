"""Mails: from an event to the mail server, or to a folder."""
