"""What every process needs: back-off, deadlines, patience, settings and the like."""
