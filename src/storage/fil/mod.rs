//! The feed: events in the order in which they are read, each with those whom it is told to.

mod lecture;
mod publication;

pub use self::lecture::{
    Borne, EvenementLu, Fenetre, Lecture, assures, borne, de_performers, de_receptions, debut,
    limites, miennes, page, qui_nomment,
};
pub(crate) use self::publication::nomme;
pub use self::publication::{
    AffiliationConnue, Alentours, EvenementAPublier, FeuilleConnue, LigneConnue, NouvellePlace,
    alentours, insert, pending, take, write_tete,
};
use super::coffre::Place;
use super::{Coffre, StorageError};

/// Where a cursor belongs: to one reader.
fn place(lecteur: &str) -> Place {
    Place::of("fil.curseur", &[lecteur])
}

/// Seals a position for a reader: nobody else can read it, use it, or make one.
pub fn seal(coffre: &Coffre, lecteur: &str, position: i64) -> Result<Vec<u8>, StorageError> {
    Ok(coffre.seal_curseur(place(lecteur), &position.to_be_bytes())?)
}

/// The position of a cursor that was sealed for this reader.
pub fn open(coffre: &Coffre, lecteur: &str, sealed: &[u8]) -> Option<i64> {
    let clear = coffre.open_curseur(place(lecteur), sealed).ok()?;
    Some(i64::from_be_bytes(clear.try_into().ok()?))
}
