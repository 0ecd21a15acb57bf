//! One binary for all end-to-end tests: it links once, and shares one Synapse and one PostgreSQL.
<<<<<<< HEAD
mod chats;
=======
mod bad_inputs;
mod kills;
>>>>>>> main
mod layers;
mod reference;
mod rig;
