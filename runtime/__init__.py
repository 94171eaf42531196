"""What every process needs and no other room owns."""
