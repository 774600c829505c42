"""Parameters of a BDS dataset that no single rule makes: responses, times to event."""
