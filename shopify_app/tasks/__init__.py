"""What only a person can do, written down until somebody has done it. Any feature may add to the list."""
