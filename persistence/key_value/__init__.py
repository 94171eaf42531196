"""What Redis keeps: locks, markers, limits, codes, a cache. All of it may be lost."""
