"""Those who buy and watch, from a seed; each of their operations is written down."""
