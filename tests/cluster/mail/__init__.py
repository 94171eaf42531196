"""The campaign about mails: people sign up while the mail server or workers fail."""
