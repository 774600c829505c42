"""From a published build to the folder that an agency takes: m5, guides, file checks, manifest."""

from crosswalk.package.make import Packaged, package
from crosswalk.package.profiles import PROFILES, Profile, profile_of
from crosswalk.package.refused import PackageRefused
from crosswalk.package.verify import Verified, verify

__all__ = [
    "PROFILES",
    "PackageRefused",
    "Packaged",
    "Profile",
    "Verified",
    "package",
    "profile_of",
    "verify",
]
