//! Who looked at a person's data, told to whoever may know.

use super::core::Access;
use super::pages::{PageVoulue, Trouves};
use super::{Contexte, Core, Seen, ServiceError};
use crate::domain::acteur::{Acteur, Caisse, Role, Sujet};
use crate::domain::clock::paris_day;
use crate::domain::droits::Vue;
use crate::domain::ids::{AccesId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::acces::{self, QuestionAcces};
use crate::storage::faits;
use crate::storage::patients::fusions;

pub use crate::storage::acces::AccesLu;

/// Who looked, for the person whose data it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qui {
    /// The person.
    SoiMeme,
    /// Another person, who acts for this one.
    Representant,
    /// Another person, whose record held this one's data then: the two were merged, or not yet split.
    AutreDossier,
    /// The caisse on which the person depended on that day.
    SaCaisse,
    AutreCaisse,
    Medecin,
    Referentiel,
}

/// An access, as a reader may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// When, what, by whom.
    pub acces: AccesLu,
    /// What they were to the person.
    pub qui: Qui,
    /// Which agent, for an auditor of their caisse.
    pub agent: Option<Sujet>,
}

/// A page of accesses: those before one that was already seen.
pub type Page = PageVoulue<AccesId>;

/// Who looked at the caller's own data, the last first. It shows the callers, and nobody else: it leaves
/// no trace.
pub async fn of_caller(
    core: &Core,
    contexte: &Contexte,
    page: Page,
) -> Result<Seen<Trouves<Consultation>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let Acteur::Patient(own) = *contexte.acteur() else { return Err(ServiceError::Introuvable) };
    let own = fusions::merged_into(search.conn(), own).await?.unwrap_or(own);
    let mut access = search.on(own, &[]).await?;
    let found = read(&mut access, page).await?;
    access.show(found).await
}

/// Who looked at a person's data, the last first: for the person, a parent, or an auditor of a caisse. One
/// of before reads the accesses of its time, and those of its own agents whenever they were.
pub async fn of_patient(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    page: Page,
) -> Result<Seen<Trouves<Consultation>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let found = read(&mut access, page).await?;
    access.show(found).await
}

/// Who looked at a person, as the caller may know it.
pub(super) async fn read(
    access: &mut Access<'_>,
    page: Page,
) -> Result<Trouves<Consultation>, ServiceError> {
    let patient = access.patient;
    let records = faits::records_of(access.conn(), patient, None).await?;
    let affiliations = fusions::affiliations(access.conn(), patient).await?;
    let auditeur = access.rapports.acteur.caisse().map(Caisse::code);
    let jours = match &access.droit.vue {
        Vue::Entiere => None,
        Vue::Jours(jours) => Some(jours.clone()),
    };
    let question = QuestionAcces {
        dossiers: records.clone(),
        avant: page.apres,
        jours,
        auditeur: auditeur.clone(),
        limite: page.lus(),
    };
    let coffre = access.core().coffre();
    let found = acces::list(access.conn(), coffre, &question).await?;
    let strangers = found.iter().any(|(one, _)| {
        Role::du_mot(&one.role) == Some(Role::Patient)
            && !one.identite.parse().is_ok_and(|id| records.contains(&id))
    });
    let holders =
        if strangers { fusions::holders(access.conn(), &records).await? } else { Vec::new() };
    let total = page.compter(acces::count(access.conn(), &question)).await?;
    let told = |(acces, sujet): (AccesLu, Sujet)| {
        let jour = paris_day(acces.survenu_le);
        let on_it = affiliations.iter().any(|(_, fait)| {
            fait.effet.contient(jour) && Caisse::of(fait.valeur).code() == acces.identite
        });
        let qui = match Role::du_mot(&acces.role) {
            Some(Role::Caisse) if on_it => Qui::SaCaisse,
            Some(Role::Caisse) => Qui::AutreCaisse,
            Some(Role::Medecin) => Qui::Medecin,
            Some(Role::Referentiel) => Qui::Referentiel,
            // Who reads statistics sees nobody, and leaves no trace on anybody.
            Some(Role::Patient | Role::Statistiques) | None => {
                let among =
                    |all: &[PatientId]| acces.identite.parse().is_ok_and(|id| all.contains(&id));
                if among(&records) {
                    Qui::SoiMeme
                } else if among(&holders) {
                    Qui::AutreDossier
                } else {
                    Qui::Representant
                }
            }
        };
        let of_theirs = matches!(qui, Qui::SaCaisse | Qui::AutreCaisse)
            && auditeur.as_ref() == Some(&acces.identite);
        Consultation { acces, qui, agent: Some(sujet).filter(|_| of_theirs) }
    };
    Ok((found.into_iter().map(told).collect(), total))
}
