//! The week in rooms and chats of two.
mod folds;
mod heard;
