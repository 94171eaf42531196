"""What is read, past the services: frozen values of the domain."""
