"""What its operator sees of a daemon at work: logs, figures, health and alerts, and what keeps it small and alive."""
