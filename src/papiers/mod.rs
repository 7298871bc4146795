//! Papers: what is printed, signed by hand, or kept as a record. Each is a PDF that a screen reader follows (PDF/UA-1) and that
//! an archive keeps (PDF/A-2a), with its fonts inside; the same declaration makes the same bytes.

mod formulaire;
mod page;

pub use self::formulaire::{Formulaire, Signe, formulaire};
pub use self::page::PapierError;
