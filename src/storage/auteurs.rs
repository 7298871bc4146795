//! Who acts, written once and known by a number.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::coffre::Place;
use super::{Coffre, StorageError, Tx};
use crate::domain::acteur::{Auteur, Sujet};
use crate::domain::vocabulary::Vocabulaire;

/// The number of who acts, written the first time.
pub async fn number(
    tx: &mut Tx,
    coffre: &Coffre,
    auteur: &Auteur,
    instant: DateTime<Utc>,
) -> Result<i32, StorageError> {
    let digests = coffre.empreintes_de("auteur", &auteur.texte());
    if digests.len() > 1 {
        // While the key is being rotated, an author may be there under the digest of before.
        let known = sqlx::query_scalar!(
            "/* auteur.find_any */ SELECT min(auteur_id) FROM auteur WHERE empreinte = ANY ($1)",
            &digests.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _
        );
        if let Some(known) = known.fetch_one(&mut **tx).await? {
            return Ok(known);
        }
    }
    let empreinte = coffre.empreinte_de("auteur", &auteur.texte());
    let sealed = coffre.seal(place(empreinte), auteur.sujet.as_str().as_bytes())?;
    // Two instances may write the same author at once: the second one finds the row of the first.
    tx.write(sqlx::query!(
        "/* auteur.insert */
         INSERT INTO auteur (empreinte, role, identite, organisation, sujet_chiffre, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (empreinte) DO NOTHING",
        &empreinte,
        auteur.acteur.role().mot(),
        auteur.acteur.identite(),
        auteur.sujet.organisation(),
        sealed,
        instant
    ))
    .await?;
    Ok(sqlx::query_scalar!(
        "/* auteur.find */ SELECT auteur_id FROM auteur WHERE empreinte = $1",
        &empreinte
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The subject of an author.
pub(super) fn subject(
    coffre: &Coffre,
    empreinte: &[u8],
    sealed: &[u8],
    organisation: Option<&str>,
) -> Result<Sujet, StorageError> {
    let wrong = |why: &str| StorageError::inconsistent("auteur", "sujet_chiffre", why);
    let empreinte = empreinte.try_into().map_err(|_short| wrong("not sixteen bytes"))?;
    sujet(&coffre.open_texte(place(empreinte), sealed)?, organisation)
}

/// The subject that a text was.
pub(super) fn sujet(text: &str, organisation: Option<&str>) -> Result<Sujet, StorageError> {
    let wrong = || StorageError::inconsistent("auteur", "sujet_chiffre", "no subject");
    Sujet::new(text, organisation).ok_or_else(wrong)
}

pub(super) fn place(empreinte: [u8; 16]) -> Place {
    Place { colonne: "auteur.sujet_chiffre", ligne: Uuid::from_bytes(empreinte) }
}
