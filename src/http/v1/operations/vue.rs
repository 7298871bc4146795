//! The shape of an operation.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::identifiers::Rpps;
use crate::domain::ids::OperationId;
use crate::domain::operation::{ActionOperation, EtatOperation, NatureOperation};
use crate::http::idempotency::Anonymous;
use crate::http::problem::{ErreurChamp, Refus};
use crate::http::schemas::CodeProbleme;
use crate::http::vue::vue;
use crate::services::operations::{Portee, Suivi};

vue! {
    /// Opération sur un médecin.
    pub(crate) struct OperationVue(suivi: &Suivi) {
        let operation = &suivi.operation;

        /// Identifiant.
        id: OperationId = operation.id,
        /// RPPS du médecin.
        rpps: Rpps = operation.rpps,
        /// Nature.
        nature: NatureOperation = operation.nature,
        /// Premier jour.
        effet_du: NaiveDate = operation.effet_du,
        /// Premier jour qui suit une suspension, ou null.
        effet_au: Option<NaiveDate> = operation.effet_au,
        /// Caisse qui agit ; null pour le référentiel.
        #[schema(example = "01011")]
        caisse: Option<String> = operation.caisse.clone(),
        /// Motif.
        motif: Option<String> = operation.motif.clone(),
        /// Pourquoi si tard, ou null.
        justification: Option<String> = operation.justification.clone(),
        /// Avancement.
        etat: EtatOperation = operation.etat,
        /// Version : le début de l'ETag de l'opération, qui change avec son état.
        #[schema(example = 1)]
        version: i32 = operation.version,
        /// Patients concernés, et ce qui est fait d'eux ; les siens pour une caisse.
        compte: CompteVue = CompteVue::new(&suivi.portee),
        /// Enregistrement.
        enregistree_le: DateTime<Utc> = operation.enregistre_le,
        /// Jusqu'à quand il se confirme, ou null.
        expire_le: Option<DateTime<Utc>> = operation.expire_le,
        /// Confirmation, ou null.
        confirmee_le: Option<DateTime<Utc>> = operation.confirmee_le,
        /// Demande d'annulation ou expiration, ou null.
        annulee_le: Option<DateTime<Utc>> = operation.annulee_le,
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionOperation> = suivi.actions.clone(),
    }
}

impl Anonymous for OperationVue {}

vue! {
    /// Patients d'une opération : prévus tant qu'elle est en attente, comptés ensuite.
    pub(crate) struct CompteVue(portee: &Portee) {
        let Portee { compte, caisses } = portee;

        /// Patients dont le médecin est médecin traitant la veille et le premier jour.
        #[schema(example = 3000)]
        concernes: i64 = compte.concernes,
        /// Désignations closes : le patient n'a plus de médecin traitant.
        #[schema(example = 2950)]
        designations_closes: i64 = compte.fermees,
        /// Désignations conjointes où seule la ligne du médecin est close.
        #[schema(example = 50)]
        lignes_closes: i64 = compte.membres_fermes,
        /// Patients seulement prévenus : leur désignation continue.
        #[schema(example = 0)]
        prevenus: i64 = compte.notifiees,
        /// Patients qui n'étaient plus concernés quand leur tour est venu.
        #[schema(example = 0)]
        inchanges: i64 = compte.inchangees,
        /// Neutralisations ouvertes.
        #[schema(example = 2950)]
        neutralisations: i64 = compte.neutralisees,
        /// Patients déjà traités.
        #[schema(example = 0)]
        traites: i64 = compte.traites,
        /// Patients remis dans l'état d'avant, après une annulation.
        #[schema(example = 0)]
        defaits: i64 = compte.defaits,
        /// Désignations du médecin qui commencent ce jour ou après : laissées telles quelles, à examiner.
        #[schema(example = 0)]
        posterieures: i64 = compte.posterieures,
        /// Caisses de ces patients.
        caisses: Vec<CaisseConcerneeVue> = caisses.iter().map(CaisseConcerneeVue::new).collect(),
    }

    /// Caisse concernée.
    pub(crate) struct CaisseConcerneeVue(known: &(String, i64)) {
        /// Régime et caisse.
        #[schema(example = "01011")]
        caisse: String = known.0.clone(),
        /// Patients qui en dépendent le premier jour.
        #[schema(example = 2100)]
        patients: i64 = known.1,
    }
}

impl Anonymous for CompteVue {}

/// Résultat d'un fichier d'opérations, ligne par ligne.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportVue {
    /// Rien n'a été enregistré : le résultat est celui qu'aurait l'import.
    simulation: bool,
    /// Lignes, dans l'ordre du fichier.
    donnees: Vec<LigneImportVue>,
}

/// Résultat d'une ligne.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LigneImportVue {
    /// Numéro de la ligne, à partir de 1.
    #[schema(example = 1)]
    pub(super) ligne: usize,
    /// Opération enregistrée ; null à blanc, ou quand la ligne est refusée.
    pub(super) operation: Option<OperationVue>,
    /// À blanc, ce que la ligne ferait ; ou null.
    pub(super) compte: Option<CompteVue>,
    /// Code du refus, ou null.
    #[schema(value_type = Option<CodeProbleme>)]
    pub(super) code: Option<&'static str>,
    /// Explication du refus.
    pub(super) detail: Option<String>,
    /// Champs refusés.
    pub(super) erreurs: Vec<ErreurChamp>,
}

impl ImportVue {
    pub(super) fn new(simulation: bool, mut donnees: Vec<LigneImportVue>) -> Self {
        donnees.sort_by_key(|line| line.ligne);
        Self { simulation, donnees }
    }
}

impl LigneImportVue {
    pub(super) fn accepted(simulation: bool, ligne: usize, suivi: &Suivi) -> Self {
        let operation = (!simulation).then(|| OperationVue::new(suivi));
        let compte = simulation.then(|| CompteVue::new(&suivi.portee));
        Self { ligne, operation, compte, code: None, detail: None, erreurs: Vec::new() }
    }

    pub(super) fn refused(ligne: usize, refus: &Refus) -> Self {
        Self {
            ligne,
            operation: None,
            compte: None,
            code: Some(refus.code.as_str()),
            detail: Some(refus.detail.clone()),
            erreurs: refus.erreurs.clone(),
        }
    }
}
