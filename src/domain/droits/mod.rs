//! Who may do what: the operations of the contract, and what each asks of its caller.

mod demarche;

pub use self::demarche::{Demarche, Jeton, Portee};
