//! The feed of events: published once committed, read by those whom they are told to.

mod destinataires;
mod lecture;
mod lisibles;
mod publication;
mod recentes;
mod veille;

pub(super) use self::lecture::proches;
pub use self::lecture::{Page, Question, read, read_movements};
pub use self::publication::{keep_listening, keep_published, publish};
pub use self::veille::Veille;
pub use crate::domain::fil::Destinataire;
pub use crate::storage::fil::{EvenementLu, Lecture};
