//! What is told in the leaderboard room, and what anybody can make of it: boards added up anew from what
//! was published, by a verifier that knows no database.
mod doctored;
mod federated;
mod histories;
mod many;
mod world;
