//! Operations that tell the truth: each fault raises its own signal, everything that is shown has a
//! name that is known, and nothing is printed that is nobody's business.
mod alarms;
mod damage;
mod deploy;
mod logs;

pub use deploy::page as metrics_page;
