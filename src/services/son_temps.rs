//! What a caisse that the person left sees of a thing of its time: nothing of what came after it.
//!
//! A period shows its end where it has it within the days of the caisse; a state, and what was said with it, are those that
//! were known when the person left.

use chrono::{DateTime, NaiveDate, Utc};

use super::ServiceError;
use crate::domain::acteur::Acteur;
use crate::domain::adressage::{Adressage, EtatAdressage};
use crate::domain::conciliation::{Conciliation, EtatConciliation, ReponseMedecin};
use crate::domain::declaration::Declaration;
use crate::domain::designation::{Designation, Membre};
use crate::domain::droits::Vue;
use crate::domain::fuseau::Fuseau;
use crate::storage::{Connection, declarations};

/// When the person left the caisse that asks; none where everything is visible.
pub(super) fn depart(acteur: &Acteur, vue: &Vue) -> Option<DateTime<Utc>> {
    match acteur {
        Acteur::Caisse(caisse) => {
            vue.fin().map(|fin| Fuseau::de_caisse(caisse.organisme()).debut(fin))
        }
        Acteur::Medecin(_) | Acteur::Patient(_) | Acteur::Referentiel | Acteur::Statistiques => {
            None
        }
    }
}

/// A designation and its doctors; nothing of one that has no visible day.
pub(super) fn designation(vue: &Vue, designation: Designation) -> Option<Designation> {
    let effet = vue.montre(&designation.effet)?;
    let membre = |one: Membre| {
        let effet = vue.montre(&one.effet)?;
        let motif_fin = one.motif_fin.filter(|_| effet.au() == one.effet.au());
        Some(Membre { effet, motif_fin, ..one })
    };
    Some(Designation {
        motif_fin: designation.motif_fin.filter(|_| effet.au() == designation.effet.au()),
        effet,
        membres: designation.membres.into_iter().filter_map(membre).collect(),
        ..designation
    })
}

/// A declaration, in the state in which it was when the person left; one that was recorded later, in its first.
pub(super) async fn declaration(
    conn: &mut Connection,
    (acteur, vue): (&Acteur, &Vue),
    mut declaration: Declaration,
) -> Result<Declaration, ServiceError> {
    let Some(left) = depart(acteur, vue) else { return Ok(declaration) };
    let known = left.max(declaration.enregistre_le);
    declarations::as_known(conn, &mut declaration, known).await?;
    declaration.signatures.retain(|signature| signature.recue_le <= known);
    Ok(declaration)
}

/// The day of which a caller asks whether something counts: no later than the last that is visible.
pub(super) fn jour(vue: &Vue, today: NaiveDate) -> NaiveDate {
    vue.fin().and_then(|fin| fin.pred_opt()).map_or(today, |last| last.min(today))
}

/// A referral: what ends it later, and the care given on it later, are not there.
pub(super) fn adressage(vue: &Vue, adressage: Adressage) -> Adressage {
    let Some(effet) = vue.montre(&adressage.effet).filter(|_| vue.fin().is_some()) else {
        return adressage;
    };
    let ends = effet.au() == adressage.effet.au();
    let etat = match adressage.etat {
        EtatAdressage::Clos if !ends => EtatAdressage::Actif,
        etat @ (EtatAdressage::Actif | EtatAdressage::Clos | EtatAdressage::Annule) => etat,
    };
    let retours = adressage.retours.into_iter();
    Adressage {
        effet,
        etat,
        motif_cloture: adressage.motif_cloture.filter(|_| ends),
        retours: retours.filter(|one| vue.contient(one.soins_le)).collect(),
        ..adressage
    }
}

/// A search of a doctor: the contacts and the end that came later are not there.
pub(super) fn conciliation(vue: &Vue, mut conciliation: Conciliation) -> Conciliation {
    conciliation.contacts.retain(|contact| vue.contient(contact.contacte_le));
    for contact in &mut conciliation.contacts {
        if contact.repondu_le.is_some_and(|jour| !vue.contient(jour)) {
            (contact.reponse, contact.repondu_le) = (ReponseMedecin::Attendue, None);
            contact.declaration_id = None;
        }
    }
    if conciliation.terminee_le.is_some_and(|jour| !vue.contient(jour)) {
        conciliation.etat = EtatConciliation::Ouverte;
        (conciliation.terminee_le, conciliation.medecin) = (None, None);
    }
    conciliation
}
