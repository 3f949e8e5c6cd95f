"""What a merchant changes about one date: asked in words with what would come of it, the deed, and Undo."""
