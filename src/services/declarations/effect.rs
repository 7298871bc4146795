//! What a complete declaration changes in the timeline of a person, and the events that tell it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::clock::paris_day;
use crate::domain::declaration::Declaration;
use crate::domain::designation::{self, Modification, MotifFin, Segment};
use crate::domain::frise::{self, Choix};
use crate::domain::ids::{DesignationId, EvenementId, MedecinId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::services::{Contexte, ServiceError, Services, latest_knowledge};
use crate::storage::evenements::{self, Evenement};
use crate::storage::{Connection, departs, designations, representations, signatures};

impl Services {
    /// What the last signature brings: the doctors are verified, the timeline follows, and those
    /// whom it contradicts are told.
    pub(super) async fn take_effect(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        declaration: &Declaration,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        self.verify_designable(conn, declaration).await?;
        let choices = self.realign(conn, contexte, declaration.patient_id, instant).await?;
        self.tell_contradicted(conn, contexte, (declaration, choices), instant).await
    }

    /// Unrolls the acts of the person again and writes what changes in their timeline. Gives the
    /// choices, in their order.
    pub(in crate::services) async fn realign(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        patient: PatientId,
        instant: DateTime<Utc>,
    ) -> Result<Vec<Choix>, ServiceError> {
        let mut choices = designations::choices(conn, patient).await?;
        for choice in &mut choices {
            let signed = choice.ordre.signe_le;
            if self.valeur(Parametre::MtEffetALaSignature, signed)? == 0 {
                choice.effet_du = paris_day(choice.ordre.recue_le);
            }
        }
        choices.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
        let departures = departs::list(conn, patient).await?;
        let wanted = frise::unroll(&choices, &departures);
        let stored = designations::list(conn, patient, latest_knowledge()).await?;
        for change in designation::compare(&stored, &wanted) {
            self.apply(conn, contexte, patient, &change, instant).await?;
        }
        Ok(choices)
    }

    async fn apply(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        patient: PatientId,
        change: &Modification,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let mut told: Vec<(&'static str, Option<&Segment>, Option<MedecinId>, Value)> = Vec::new();
        match change {
            Modification::Ouvrir(segment) => {
                let id = DesignationId::from_uuid(self.ids.uuid());
                designations::open(conn, patient, id, segment, instant).await?;
                for ligne in &segment.lignes {
                    let medecin = Some(ligne.medecin_id);
                    told.push(("declaration.prise_effet", Some(segment), medecin, end_of(segment)));
                }
            }
            Modification::Reviser { id, version, jours, segment } => {
                designations::revise(conn, patient, *id, *version, segment, instant).await?;
                for ligne in segment.lignes.iter().filter(|_| *jours) {
                    let nature = nature_of(segment);
                    told.push((nature, Some(segment), Some(ligne.medecin_id), end_of(segment)));
                }
            }
            Modification::Membres { id, anciennes, nouvelles, segment } => {
                for membre in anciennes {
                    designations::erase_line(conn, patient, *id, membre, instant).await?;
                }
                for ligne in nouvelles {
                    designations::insert_line(conn, patient, *id, ligne, instant).await?;
                    let nature = if ligne.motif_fin.is_some() {
                        "designation.membre_parti"
                    } else {
                        "designation.membre_arrive"
                    };
                    let data = json!({
                        "du": ligne.effet.du(),
                        "effet_au": ligne.effet.au(),
                        "motif_depart": ligne.motif_fin.map(Vocabulaire::mot),
                    });
                    told.push((nature, Some(segment), Some(ligne.medecin_id), data));
                }
            }
            Modification::Effacer { id, version } => {
                designations::erase(conn, patient, *id, *version, instant).await?;
                let nothing = json!({ "effet_au": null, "motif_fin": null });
                told.push(("declaration.depassee", None, None, nothing));
            }
        }
        for (nature, segment, medecin_id, donnees) in told {
            let event = Evenement {
                id: EvenementId::from_uuid(self.ids.uuid()),
                nature,
                survenu_le: instant,
                enregistre_le: instant,
                effet_du: segment.map(|segment| segment.effet.du()),
                patient_id: Some(patient),
                medecin_id,
                declaration_id: segment.map(|segment| segment.declaration_id),
                feuille_id: None,
                auteur_role: contexte.acteur.role(),
                auteur_moyen: None,
                donnees,
            };
            evenements::insert(conn, &event).await?;
        }
        Ok(())
    }

    /// Tells the neighbours of a choice in the order of signatures: two holders of parental
    /// authority who do not choose the same doctors, and two choices of one day. The last signed
    /// prevails; who signed the other is told.
    async fn tell_contradicted(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        (declaration, choices): (&Declaration, Vec<Choix>),
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let patient = declaration.patient_id;
        let Some(index) = choices.iter().position(|one| one.declaration_id == declaration.id)
        else {
            return Ok(());
        };
        let pairs: Vec<(&Choix, &Choix)> = choices
            .windows(2)
            .enumerate()
            .filter(|(first, _)| *first == index || first.checked_add(1) == Some(index))
            .filter_map(|(_, pair)| pair.first().zip(pair.last()))
            .filter(|(before, after)| after.en_place.is_none() && before.medecins != after.medecins)
            .collect();
        if pairs.is_empty() {
            return Ok(());
        }
        let holders = signatures::holders(conn, patient).await?;
        let links =
            representations::list(conn, self.db.coffre(), patient, latest_knowledge()).await?;
        let holder = |choice: &Choix| {
            let found = holders.iter().find(|(id, _)| *id == choice.declaration_id);
            found.and_then(|(_, link)| links.iter().find(|known| known.id == *link))
        };
        for (before, after) in pairs {
            let mut tell = Vec::new();
            if before.effet_du == after.effet_du {
                tell.push((
                    "declaration.meme_jour",
                    json!({
                        "declaration_prevalente": after.declaration_id,
                    }),
                ));
            }
            if let (Some(told), Some(other)) = (holder(before), holder(after))
                && told.representant != other.representant
            {
                tell.push((
                    "declaration.autre_titulaire",
                    json!({
                        "declaration_prevalente": after.declaration_id,
                        "destinataire_representation_id": told.id,
                    }),
                ));
            }
            for (nature, donnees) in tell {
                let event = Evenement {
                    declaration_id: Some(before.declaration_id),
                    medecin_id: None,
                    effet_du: Some(after.effet_du),
                    auteur_role: contexte.acteur.role(),
                    donnees,
                    ..self.event(declaration, nature, instant)
                };
                evenements::insert(conn, &event).await?;
            }
        }
        Ok(())
    }

    pub(super) fn event(
        &self,
        declaration: &Declaration,
        nature: &'static str,
        instant: DateTime<Utc>,
    ) -> Evenement {
        Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: None,
            patient_id: Some(declaration.patient_id),
            medecin_id: declaration.medecins.first().map(|medecin| medecin.medecin_id),
            declaration_id: Some(declaration.id),
            feuille_id: None,
            auteur_role: "service",
            auteur_moyen: declaration.signatures.last().map(|signature| signature.moyen.mot()),
            donnees: json!({ "etat": declaration.etat.mot(), "version": declaration.version }),
        }
    }

    pub(super) async fn record(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        declaration: &Declaration,
        nature: &'static str,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let event = Evenement {
            auteur_role: contexte.acteur.role(),
            ..self.event(declaration, nature, instant)
        };
        Ok(evenements::insert(conn, &event).await?)
    }
}

/// What became of a designation whose days changed.
fn nature_of(segment: &Segment) -> &'static str {
    match segment.motif_fin {
        None => "declaration.rouverte",
        Some(MotifFin::Remplacement) => "declaration.remplacee",
        Some(_) => "declaration.cloturee",
    }
}

fn end_of(segment: &Segment) -> Value {
    json!({
        "effet_au": segment.effet.au(),
        "motif_fin": segment.motif_fin.map(Vocabulaire::mot),
    })
}
