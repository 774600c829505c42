"""`crosswalk init`: looks at an export and proposes a first study folder, each proposal marked."""
