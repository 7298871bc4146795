//! What an operator watches: asked of the service and of its database when somebody measures.

use chrono::NaiveDate;

use super::{Core, ServiceError};
pub use crate::storage::Comptees;
use crate::storage::cles;
use crate::storage::mesures::{Retards, retards};
use crate::storage::taches::{self, Attente};

/// The state of the service at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesures {
    /// Connections to the database that are open.
    pub connexions: u32,
    /// Those of them that nobody uses.
    pub connexions_libres: u32,
    /// Version of the master key under which is written, and how many are still needed.
    pub version_cle: u8,
    pub versions_cle: usize,
    /// Jobs that are not done, by kind and state.
    pub taches: Vec<Attente>,
    /// What was told and has not arrived.
    pub retards: Retards,
    /// Last day of care for which every value of the law is verified, if there is one.
    pub loi_verifiee_jusqu_au: Option<NaiveDate>,
}

/// Measures. Fails when the database does not answer.
pub async fn mesurer(core: &Core) -> Result<Mesures, ServiceError> {
    let (connexions, connexions_libres) = core.connections();
    let mut conn = core.snapshot("mesures").await?;
    let taches = taches::attentes(&mut conn, core.clock().now()).await?;
    let retards = retards(&mut conn, core.clock().now()).await?;
    let loi_verifiee_jusqu_au = core.law().verifiee_jusqu_au();
    let versions = cles::versions(&mut conn).await?;
    Ok(Mesures {
        connexions,
        connexions_libres,
        version_cle: core.version_cle(),
        versions_cle: versions.iter().filter(|one| one.retiree_le.is_none()).count(),
        taches,
        retards,
        loi_verifiee_jusqu_au,
    })
}

/// What this program wrote since it began, by kind. Asks nothing of the database.
pub fn comptees(core: &Core) -> Comptees {
    core.comptees()
}
