//! The rate limiter: pure data structures on an injected clock.
