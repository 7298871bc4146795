//! What a caisse works on, page by page: declarations, operations, merges, conciliations.

use super::pages::{PageVoulue, Trouves};
use super::{Contexte, Core, Seen, ServiceError};
use crate::domain::acteur::Acteur;
use crate::domain::conciliation::EtatConciliation;
use crate::domain::declaration::{Contestation, Etat};
use crate::domain::ids::{ConciliationId, DeclarationId, FusionId, OperationId};
use crate::domain::operation::EtatOperation;
use crate::storage::travaux;

pub use crate::storage::travaux::{
    ConciliationListee, DeclarationListee, FusionListee, OperationListee,
};

/// The declarations of those who depend on the calling caisse, the last made first.
pub async fn declarations(
    core: &Core,
    contexte: &Contexte,
    filtre: (Option<Etat>, Option<Contestation>),
    page: PageVoulue<DeclarationId>,
) -> Result<Seen<Trouves<DeclarationListee>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let caisse = contexte.acteur().identite();
    let (scope, conn) = ((caisse.as_str(), core.today()), search.conn());
    let found = travaux::declarations(conn, scope, filtre, page.apres, page.lus()).await?;
    let total = page.compter(travaux::count_declarations(conn, scope, filtre)).await?;
    let persons: Vec<_> = page.montres(&found).iter().map(|one| one.patient_id).collect();
    search.show_all(persons, (found, total)).await
}

/// The operations that the caller recorded or that concern it, the last first. They show no patient.
pub async fn operations(
    core: &Core,
    contexte: &Contexte,
    etat: Option<EtatOperation>,
    page: PageVoulue<OperationId>,
) -> Result<Seen<Trouves<OperationListee>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let caisse = match contexte.acteur() {
        Acteur::Caisse(caisse) => Some(caisse.code()),
        Acteur::Referentiel => None,
        Acteur::Medecin(_) | Acteur::Patient(_) | Acteur::Statistiques => {
            return Err(ServiceError::Introuvable);
        }
    };
    let (caisse, conn) = (caisse.as_deref(), search.conn());
    let found = travaux::operations(conn, caisse, etat, page.apres, page.lus()).await?;
    let total = page.compter(travaux::count_operations(conn, caisse, etat)).await?;
    search.show_all([], (found, total)).await
}

/// The merges of records of the calling caisse, the last first.
pub async fn fusions(
    core: &Core,
    contexte: &Contexte,
    annulee: Option<bool>,
    page: PageVoulue<FusionId>,
) -> Result<Seen<Trouves<FusionListee>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let caisse = contexte.acteur().identite();
    let (scope, conn) = ((caisse.as_str(), core.today()), search.conn());
    let found = travaux::fusions(conn, scope, annulee, page.apres, page.lus()).await?;
    let total = page.compter(travaux::count_fusions(conn, scope, annulee)).await?;
    let both = |one: &FusionListee| [one.patient_id, one.absorbe_id];
    let persons: Vec<_> = page.montres(&found).iter().flat_map(both).collect();
    search.show_all(persons, (found, total)).await
}

/// The conciliations of those who depend on the calling caisse, the last asked for first.
pub async fn conciliations(
    core: &Core,
    contexte: &Contexte,
    etat: Option<EtatConciliation>,
    page: PageVoulue<ConciliationId>,
) -> Result<Seen<Trouves<ConciliationListee>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let caisse = contexte.acteur().identite();
    let (scope, conn) = ((caisse.as_str(), core.today()), search.conn());
    let found = travaux::conciliations(conn, scope, etat, page.apres, page.lus()).await?;
    let total = page.compter(travaux::count_conciliations(conn, scope, etat)).await?;
    let persons: Vec<_> = page.montres(&found).iter().map(|one| one.patient_id).collect();
    search.show_all(persons, (found, total)).await
}
