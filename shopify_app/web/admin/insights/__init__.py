"""Insights: monthly revenue and why it moved, who left and why, what is to come, and what was recovered."""
