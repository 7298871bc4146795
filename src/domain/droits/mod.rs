//! Who may do what: the operations of the contract, what a caller is to a person, and the table that
//! says which relation gives which operation, on which days, and what of it is seen.

mod demarche;
mod limitation;
mod parole;
mod phrases;
mod rejeu;
mod relation;
mod table;

pub use self::demarche::{Demarche, ESSAI_INFRUCTUEUX, Jeton, Portee};
pub use self::phrases::ENFANT;
pub use self::relation::{Etendue, Rapports, Relation, Vue};
pub use self::table::{Droit, Ligne, Refuse};
