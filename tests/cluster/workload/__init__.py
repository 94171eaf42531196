"""The clients of a run: customers, a manager, a prober and watchers."""
