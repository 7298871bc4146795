//! Papers: what is printed, signed by hand, posted, or kept as a record. Each is a PDF that a screen reader follows (PDF/UA-1)
//! and that an archive keeps (PDF/A-2a), with its fonts inside; the same thing to say makes the same bytes.

mod courrier;
mod formulaire;
mod page;
mod plume;

pub use self::courrier::{courriers_pdf, courriers_texte};
pub use self::formulaire::{Formulaire, Signe, formulaire};
pub use self::page::PapierError;
