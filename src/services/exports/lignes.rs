//! The rows of a file, page after page: what is read of the snapshot, and whom it shows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::colonnes::{self, LigneDecidee};
use crate::domain::evenement::NatureEvenement;
use crate::domain::export::{Cellule, ColonnesExport, DemandeExport, NatureExport, ligne};
use crate::domain::fil::Destinataire;
use crate::domain::identifiers::RangGemellaire;
use crate::domain::ids::PatientId;
use crate::services::feuilles_de_soins::{Tenue, tenues};
use crate::services::{Core, ServiceError};
use crate::storage::exports::contenu;
use crate::storage::{Connection, faits};

/// Persons, or events, of a page. A person has a few designations, and many feuilles.
const DESIGNEES: i64 = 1_000;
const SOIGNEES: i64 = 100;
const DITS: i64 = 2_000;

/// Whose patient somebody becomes or no longer is, and who comes to a caisse or leaves it.
const MOUVEMENTS: [NatureEvenement; 15] = [
    NatureEvenement::DeclarationPriseEffet,
    NatureEvenement::DeclarationRouverte,
    NatureEvenement::DeclarationRemplacee,
    NatureEvenement::DeclarationCloturee,
    NatureEvenement::DeclarationDepassee,
    NatureEvenement::DesignationMembreArrive,
    NatureEvenement::DesignationMembreParti,
    NatureEvenement::DesignationMembreRevenu,
    NatureEvenement::DesignationConflitResolu,
    NatureEvenement::PatientOrganismeChange,
    NatureEvenement::PatientFusionne,
    NatureEvenement::PatientFusionAnnulee,
    NatureEvenement::PatientScinde,
    NatureEvenement::PatientDecede,
    NatureEvenement::PatientDecesRectifie,
];

/// What a file is made of.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) core: &'a Core,
    pub(super) voulu: DemandeExport,
    /// Whose persons, by régime and caisse.
    pub(super) caisse: String,
    /// On which day they depend on it.
    pub(super) jour: NaiveDate,
    /// The last place of the feed that is of the file.
    pub(super) position: i64,
}

/// From where the next page begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Suite {
    Personne(Option<PatientId>),
    Position(i64),
}

/// A page: its rows as they are written, how many they are, and whom they show.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) texte: String,
    pub(super) lignes: u64,
    pub(super) personnes: BTreeSet<PatientId>,
    /// Persons or events that were looked at.
    pub(super) traitees: u64,
    /// Nothing once everything was.
    pub(super) suite: Option<Suite>,
}

impl<'a> Source<'a> {
    pub(super) fn new(
        core: &'a Core,
        voulu: DemandeExport,
        caisse: String,
        (jour, position): (NaiveDate, i64),
    ) -> Self {
        Self { core, voulu, caisse, jour, position }
    }

    fn lecteur(&self) -> Destinataire {
        Destinataire::Caisse(self.caisse.clone())
    }

    /// Where the first page begins.
    pub(super) const fn debut(&self) -> Suite {
        match self.voulu.nature {
            NatureExport::Designations | NatureExport::Evaluations => Suite::Personne(None),
            NatureExport::Mouvements => Suite::Position(0),
        }
    }

    /// How many persons or events there are.
    pub(super) async fn prevues(&self, conn: &mut Connection) -> Result<u64, ServiceError> {
        let found = match self.voulu.nature {
            NatureExport::Designations | NatureExport::Evaluations => {
                contenu::count_persons(conn, (&self.caisse, self.jour)).await?
            }
            NatureExport::Mouvements => {
                let told = (&self.lecteur(), MOUVEMENTS.as_slice());
                contenu::count_events(conn, told, self.position).await?
            }
        };
        Ok(u64::try_from(found).unwrap_or_default())
    }

    /// A page.
    pub(super) async fn page(
        &self,
        conn: &mut Connection,
        suite: Suite,
    ) -> Result<Page, ServiceError> {
        match suite {
            Suite::Personne(apres) => self.persons(conn, apres).await,
            Suite::Position(apres) => self.events(conn, apres).await,
        }
    }

    fn write(&self, page: &mut Page, patient: Option<PatientId>, cells: &[Cellule]) {
        ligne(&mut page.texte, self.voulu.format, colonnes::noms(self.voulu), cells);
        page.lignes = page.lignes.saturating_add(1);
        page.personnes.extend(patient);
    }

    async fn persons(
        &self,
        conn: &mut Connection,
        apres: Option<PatientId>,
    ) -> Result<Page, ServiceError> {
        let limite = match self.voulu.soins {
            Some(_) => SOIGNEES,
            None => DESIGNEES,
        };
        let scope = (self.caisse.as_str(), self.jour);
        let persons = contenu::persons(conn, scope, apres, limite).await?;
        let mut page = Page { traitees: length(&persons), ..Page::default() };
        let full = i64::try_from(persons.len()).is_ok_and(|count| count == limite);
        page.suite = persons.last().filter(|_| full).map(|last| Suite::Personne(Some(*last)));
        let mut rangs = BTreeMap::new();
        if self.voulu.colonnes == ColonnesExport::Snds {
            rangs.extend(contenu::ranks(conn, &persons, self.jour).await?);
        }
        match self.voulu.soins {
            None => self.designations(conn, (&persons, &rangs), &mut page).await?,
            Some(days) => self.evaluations(conn, (&persons, &rangs), days, &mut page).await?,
        }
        Ok(page)
    }

    async fn designations(
        &self,
        conn: &mut Connection,
        (persons, rangs): (&[PatientId], &BTreeMap<PatientId, RangGemellaire>),
        page: &mut Page,
    ) -> Result<(), ServiceError> {
        for row in contenu::designations(conn, persons).await? {
            let rang = rangs.get(&row.patient_id).copied();
            if let Some(cells) = colonnes::designation(self.voulu.colonnes, &row, rang) {
                self.write(page, Some(row.patient_id), &cells);
            }
        }
        Ok(())
    }

    async fn evaluations(
        &self,
        conn: &mut Connection,
        (persons, rangs): (&[PatientId], &BTreeMap<PatientId, RangGemellaire>),
        days: (NaiveDate, NaiveDate),
        page: &mut Page,
    ) -> Result<(), ServiceError> {
        let owners = faits::records(conn, persons).await?;
        for Tenue { patient: patient_id, kept: feuille, last: evaluation, .. } in
            tenues(self.core, conn, &owners, days).await?
        {
            let law = self.core.law_of(conn, evaluation.loi_id).await?.law;
            let soins = &feuille.feuille.soins;
            for evalue in &evaluation.evaluation.actes {
                let principal = evalue.lignes.first().and_then(|one| soins.acte(one.numero_ligne));
                for line in &evalue.lignes {
                    let Some((acte, principal)) = soins.acte(line.numero_ligne).zip(principal)
                    else {
                        continue;
                    };
                    let one = LigneDecidee {
                        patient_id,
                        rang: rangs.get(&patient_id).copied(),
                        feuille: &feuille.feuille,
                        evaluation: &evaluation,
                        evalue,
                        ligne: line,
                        acte,
                        principal,
                    };
                    let cells = colonnes::evaluation(self.voulu.colonnes, &law, &one)?;
                    self.write(page, Some(patient_id), &cells);
                }
            }
        }
        Ok(())
    }

    async fn events(&self, conn: &mut Connection, apres: i64) -> Result<Page, ServiceError> {
        let (lecteur, span) = (self.lecteur(), (apres, self.position));
        let found = contenu::events(conn, (&lecteur, MOUVEMENTS.as_slice()), span, DITS).await?;
        let mut page = Page { traitees: length(&found), ..Page::default() };
        let full = i64::try_from(found.len()).is_ok_and(|count| count == DITS);
        page.suite = found.last().filter(|_| full).map(|last| Suite::Position(last.position));
        for row in &found {
            self.write(&mut page, row.patient_id, &colonnes::mouvement(row));
        }
        Ok(page)
    }
}

fn length<T>(found: &[T]) -> u64 {
    u64::try_from(found.len()).unwrap_or(u64::MAX)
}
