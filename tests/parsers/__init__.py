"""Other people's mail parsers, to read our letters with."""
