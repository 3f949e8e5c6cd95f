"""What needs a person, as Home shows it: groups with their number, their first rows, and the action beside each."""
