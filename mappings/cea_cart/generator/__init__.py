"""The seeded generator of the reference study's raw export; a build never needs it."""
