//! To whom a letter goes, and where: whom its event is told to, as the register knows them on the day.

use super::Redaction;
use crate::domain::courrier::Destinataire;
use crate::domain::declaration::RoleSignataire;
use crate::domain::droits::Relation;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fait_date::en_vigueur;
use crate::domain::ids::PatientId;
use crate::domain::patient::{Identite, Patient};
use crate::domain::representation::{Representant, Representation};
use crate::domain::vie::Adresse;
use crate::law::parameters::Parametre;
use crate::services::{ServiceError, latest_knowledge};
use crate::storage::patients::{self, faits};
use crate::storage::{Connection, representations};

/// Somebody to whom a letter goes.
pub(super) struct Recipient {
    pub(super) destinataire: Destinataire,
    /// Given name of the person, when it goes to somebody else.
    pub(super) autre: Option<String>,
    /// Who receives it, when the register knows them.
    pub(super) personne: Option<PatientId>,
}

impl Redaction<'_> {
    /// The holders of parental authority of a child; the guardian of a protected adult; or else the person.
    pub(super) async fn destinataires(
        &self,
        conn: &mut Connection,
        nature: NatureEvenement,
        patient: &Patient,
    ) -> Result<Vec<Recipient>, ServiceError> {
        let Some(identite) = patient.identite_le(self.jour) else { return Ok(Vec::new()) };
        let enfant = patient.age_le(self.jour).is_some_and(|age| {
            self.age(Parametre::MtAgeMajoriteChoix).is_ok_and(|choix| i64::from(age) < choix)
        });
        let home = self.adresse(conn, patient.id).await?;
        let links =
            representations::list(conn, self.core.coffre(), patient.id, latest_knowledge()).await?;
        let acts = |lien: &&Representation| {
            lien.effet.contient(self.jour)
                && match lien.nature.role() {
                    RoleSignataire::TitulaireAutoriteParentale => enfant,
                    RoleSignataire::Tuteur => enfant || nature.est_dite_a(Relation::Representant),
                    RoleSignataire::Curateur | RoleSignataire::Assure | RoleSignataire::Medecin => {
                        false
                    }
                }
        };
        let mut found: Vec<Recipient> = Vec::new();
        for lien in links.iter().filter(acts) {
            let (lignes, adresse, personne) = match &lien.representant {
                Representant::Patient(id) => {
                    let Some((who, adresse)) = self.holder(conn, *id).await? else { continue };
                    (who, adresse, Some(*id))
                }
                Representant::Autre(who) => (format!("{} {}", who.prenom, who.nom), None, None),
                Representant::PersonneMorale(nom) => (nom.clone(), None, None),
            };
            // A child is where a holder is reached, when the register knows nothing better.
            let adresse = adresse.or_else(|| home.clone().filter(|_| enfant));
            let destinataire = Destinataire { lignes: vec![lignes], adresse };
            let autre = Some(identite.prenom.clone());
            found.push(Recipient { destinataire, autre, personne });
        }
        if found.is_empty() {
            found.push(own(identite, home, enfant));
        }
        Ok(found)
    }

    /// A living holder whom the register knows; where, when they depend on the same caisse.
    async fn holder(
        &self,
        conn: &mut Connection,
        id: PatientId,
    ) -> Result<Option<(String, Option<Vec<String>>)>, ServiceError> {
        let found = patients::get(conn, self.core.coffre(), id, latest_knowledge()).await?;
        let Some(holder) = found else { return Ok(None) };
        if faits::deces(conn, id).await?.is_some() {
            return Ok(None);
        }
        let Some(identite) = holder.identite_le(self.jour) else { return Ok(None) };
        let same = holder.organisme_le(self.jour).is_some_and(|own| self.caisse.gere(own));
        let adresse = if same { self.adresse(conn, id).await? } else { None };
        Ok(Some((nom(identite), adresse)))
    }

    async fn adresse(
        &self,
        conn: &mut Connection,
        patient: PatientId,
    ) -> Result<Option<Vec<String>>, ServiceError> {
        let known = faits::adresses(conn, self.core.coffre(), patient).await?;
        Ok(en_vigueur(&known, self.jour).map(lignes))
    }
}

fn nom(identite: &Identite) -> String {
    format!("{} {}", identite.prenom, identite.nom)
}

/// An address as it is written on an envelope.
fn lignes(adresse: &Adresse) -> Vec<String> {
    let Adresse { voie, complement, code_postal, localite, .. } = adresse;
    let first = complement.clone().into_iter().chain([voie.clone()]);
    first.chain([format!("{code_postal} {localite}")]).collect()
}

/// The person; of a child whose holders nobody recorded, whoever they are.
fn own(identite: &Identite, adresse: Option<Vec<String>>, enfant: bool) -> Recipient {
    let lignes = if enfant {
        vec!["Aux représentants légaux de".to_owned(), nom(identite)]
    } else {
        vec![nom(identite)]
    };
    let autre = enfant.then(|| identite.prenom.clone());
    Recipient { destinataire: Destinataire { lignes, adresse }, autre, personne: None }
}
