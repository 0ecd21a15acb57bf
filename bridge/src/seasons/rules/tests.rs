//! When periods may be closed, and that their results are what was hashed.
