//! Chaos on real parts: the program as a process, a real PostgreSQL, a real Synapse, real sockets between them. The
//! tests play it small; the command `chaos` at any size.
pub mod flood;
mod proxy;
pub mod synapse;
