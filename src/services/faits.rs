//! What the register knows beside a feuille, gathered for the law.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::{ServiceError, Services, latest_knowledge};
use crate::domain::designation::Designation;
use crate::domain::evaluation::{
    Avertissement, AvertissementLigne, FaitsConnus, FaitsRegistre, Naissance, RelationMt,
};
use crate::domain::feuille_de_soins::Acte;
use crate::domain::identifiers::{IndicateurParcours, Rpps};
use crate::domain::ids::DeclarationId;
use crate::domain::money::{Centimes, accumulate};
use crate::law::LawError;
use crate::storage::feuilles_de_soins::FeuilleEnregistree;
use crate::storage::{
    Connection, declarations, designations, medecins, neutralisations, participations, patients,
};

impl Services {
    /// What the register knows about the days of care, and the declaration in force on the first.
    pub(super) async fn known_facts(
        &self,
        conn: &mut Connection,
        kept: &FeuilleEnregistree,
    ) -> Result<(FaitsConnus, Option<DeclarationId>), ServiceError> {
        let actes = &kept.feuille.soins.actes;
        let reference_days: BTreeSet<NaiveDate> = actes.iter().map(Acte::date_reference).collect();
        let executant = kept.feuille.executant_rpps;
        let mut relations_mt = Vec::new();
        let mut declaration_id = None;
        for jour in reference_days {
            let found = designations::current(conn, kept.patient_id, jour).await?;
            let relation = self.relation(conn, kept, jour, found.as_ref()).await?;
            declaration_id = declaration_id.or(found.map(|known| known.declaration_id));
            relations_mt.push((jour, relation));
        }
        let days: BTreeSet<NaiveDate> = actes.iter().map(|acte| acte.date_execution).collect();
        let years: BTreeSet<i16> =
            days.iter().filter_map(|jour| i16::try_from(jour.year()).ok()).collect();
        let years: Vec<i16> = years.into_iter().collect();
        let retenues = participations::list(conn, kept.patient_id, &years).await?;
        let mut participations_jour: Vec<(NaiveDate, Centimes)> = Vec::new();
        let mut participations_an: Vec<(i32, Centimes)> = Vec::new();
        for retenue in &retenues {
            if retenue.executant == executant && days.contains(&retenue.jour) {
                accumulate(&mut participations_jour, retenue.jour, retenue.montant)
                    .map_err(LawError::from)?;
            }
            accumulate(&mut participations_an, retenue.jour.year(), retenue.montant)
                .map_err(LawError::from)?;
        }
        let birth =
            patients::identites(conn, self.db.coffre(), kept.patient_id, latest_knowledge())
                .await?
                .last()
                .map(|fait| fait.valeur.date_naissance)
                .ok_or(ServiceError::Introuvable)?;
        let faits = FaitsConnus {
            naissance: Naissance::Date(birth),
            relations_mt,
            participations_jour,
            participations_an,
            registre: FaitsRegistre::default(),
        };
        Ok((faits, declaration_id))
    }

    /// What the feuille says about the people and the register says otherwise.
    pub(super) async fn register_discrepancies(
        &self,
        conn: &mut Connection,
        kept: &FeuilleEnregistree,
    ) -> Result<Vec<AvertissementLigne>, ServiceError> {
        let feuille = &kept.feuille;
        let jour = feuille.soins.date_soins().unwrap_or(feuille.date_etablissement);
        let mut codes = Vec::new();
        let affiliations =
            patients::affiliations(conn, kept.patient_id, latest_knowledge()).await?;
        let known = affiliations.iter().find(|fait| fait.effet.contient(jour));
        let contradicted = feuille
            .soins
            .beneficiaire
            .organisme
            .zip(known)
            .is_some_and(|(written, known)| !written.same_caisse(&known.valeur));
        if contradicted {
            codes.push(Avertissement::OrganismeContredit);
        }
        match medecins::find(conn, &feuille.executant_rpps, latest_knowledge()).await? {
            None => codes.push(Avertissement::ExecutantInconnu),
            Some(medecin) => {
                let written = feuille.soins.executant.specialite;
                if medecin.specialite_le(jour).is_some_and(|known| known != written) {
                    codes.push(Avertissement::SpecialiteContredite);
                }
            }
        }
        Ok(codes.into_iter().map(|code| AvertissementLigne { code, numero_ligne: None }).collect())
    }

    /// The médecin traitant of a day, seen from the performer.
    async fn relation(
        &self,
        conn: &mut Connection,
        kept: &FeuilleEnregistree,
        jour: NaiveDate,
        found: Option<&Designation>,
    ) -> Result<RelationMt, ServiceError> {
        let feuille = &kept.feuille;
        let names = |rpps: Rpps| {
            found.is_some_and(|known| known.membres_le(jour).any(|membre| membre.rpps == rpps))
        };
        if names(feuille.executant_rpps) {
            return Ok(RelationMt::Executant);
        }
        if feuille.soins.executant.remplacant_de.is_some_and(names) {
            return Ok(RelationMt::Remplace);
        }
        // A declaration under way counts only for a doctor who says that he is being chosen.
        let said = feuille.soins.parcours.indicateur;
        if matches!(said, Some(IndicateurParcours::N | IndicateurParcours::T)) {
            let executant = feuille.executant_rpps;
            if declarations::waits_for(conn, kept.patient_id, &executant, jour).await? {
                return Ok(RelationMt::EnAttente);
            }
        }
        if found.is_some() {
            return Ok(RelationMt::Autre);
        }
        // Left without médecin traitant by a retirement or a move, for a time.
        let known = latest_knowledge();
        let spared = neutralisations::en_vigueur(conn, kept.patient_id, jour, known).await?;
        Ok(if spared.is_some() { RelationMt::Parti } else { RelationMt::Aucun })
    }
}
