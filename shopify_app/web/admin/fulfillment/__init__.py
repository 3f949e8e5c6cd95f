"""For whoever packs and ships: the feed of changes, what ships when, and the settings of both."""
