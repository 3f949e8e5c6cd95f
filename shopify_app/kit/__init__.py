"""Small tools every feature may use: database, clocks, jobs, secrets, logs. Knows no feature and no vendor."""
