//! The binary form of an act of the CCAM and of the table of grids.

use chrono::NaiveDate;

use crate::domain::ccam::{
    ActeCcam, ActeConnu, Activite, Admission, Conditions, GrilleDatee, Grilles, Historique, Phase,
    Prix, Regroupement,
};
use crate::domain::feuille_de_soins::CodeActe;
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::cbor::{self, Cbor, Read, array, written_as};

const VERSION: u8 = 1;

/// What is kept of an act beside its code.
struct Detail {
    cree_le: NaiveDate,
    fini_le: Option<NaiveDate>,
    conditions: Historique<Conditions>,
    activites: Vec<Activite>,
}

array! {
    Detail { cree_le, fini_le, conditions, activites }
    Activite { numero, regroupement, phases }
    Phase { numero, prix }
    Conditions { admission, exonerations }
    GrilleDatee { contexte, grille, du, au }
    ActeConnu { admission, exonerations, regroupement, tarifs }
}

written_as! {
    Admission as u8: Admission::du_code, |admission| admission.code();
    Regroupement as String: |text: String| Regroupement::parse(&text), |code| code.as_str().to_owned();
    Historique<Conditions> as Vec<(NaiveDate, Conditions)>: ordered, |all| all.valeurs().to_vec();
    Historique<Regroupement> as Vec<(NaiveDate, Regroupement)>: ordered, |all| all.valeurs().to_vec();
    Historique<Prix> as Vec<(NaiveDate, Prix)>: ordered, |all| all.valeurs().to_vec();
}

fn ordered<T: PartialEq>(valeurs: Vec<(NaiveDate, T)>) -> Option<Historique<T>> {
    Historique::new(valeurs).ok()
}

/// Writes what is kept of an act.
pub(super) fn encode(acte: &ActeCcam) -> Vec<u8> {
    let detail = Detail {
        cree_le: acte.cree_le,
        fini_le: acte.fini_le,
        conditions: acte.conditions.clone(),
        activites: acte.activites.clone(),
    };
    cbor::encode(VERSION, |to| detail.write(to))
}

/// Reads it again.
pub(super) fn decode(code: CodeActe, bytes: &[u8]) -> Read<ActeCcam> {
    let read = cbor::decode(VERSION, bytes, Detail::read)?;
    let Detail { cree_le, fini_le, conditions, activites } = read;
    Ok(ActeCcam { code, cree_le, fini_le, conditions, activites })
}

/// Writes the table of grids.
pub(super) fn encode_grilles(grilles: &Grilles) -> Vec<u8> {
    cbor::encode(VERSION, |to| grilles.0.write(to))
}

/// Reads it again.
pub(super) fn decode_grilles(bytes: &[u8]) -> Read<Grilles> {
    cbor::decode(VERSION, bytes, Vec::read).map(Grilles)
}
