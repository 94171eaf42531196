"""What every process needs: back-off, deadlines, supervision, settings, run file."""
