//! Black-box stories: the real binary, both databases, independent checkers.
