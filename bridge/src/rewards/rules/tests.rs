//! Prizes of ties, and which periods a reward is for.
