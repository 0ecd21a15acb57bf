//! What is celebrated in the wins room: approved sales and whatever else goes well, gathered to at most
//! one message a minute; and the stories that partners tell with `!win`. Case studies have a folder of
//! their own, `stories`.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
