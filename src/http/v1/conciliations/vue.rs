//! The shape of a conciliation, and of the waiting of many.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conciliation::{
    ActionConciliation, Attente, EtatConciliation, PartieConciliation, ReponseMedecin,
};
use crate::domain::identifiers::{CommuneExercice, Organisme, Rpps};
use crate::domain::ids::{ConciliationId, ContactId, DeclarationId, PatientId};
use crate::http::idempotency::Anonymous;
use crate::services::conciliations::{ConciliationLue, Statistiques};

/// Conciliation : la caisse aide un patient qui ne trouve pas de médecin traitant. Sans effet sur ses
/// remboursements.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConciliationVue {
    /// Identifiant.
    id: ConciliationId,
    /// Patient.
    patient_id: PatientId,
    /// Organisme saisi, celui du patient le jour de la demande.
    organisme: OrganismeSaisiVue,
    /// Commune de résidence, près de laquelle chercher.
    commune: CommuneExercice,
    /// Qui l'a demandée.
    demandee_par: PartieConciliation,
    /// Jour de la demande.
    demandee_le: NaiveDate,
    /// État.
    etat: EtatConciliation,
    /// Version : l'ETag de la conciliation.
    #[schema(example = 1)]
    version: i32,
    /// RPPS du médecin trouvé, ou null.
    medecin: Option<Rpps>,
    /// Jour où la recherche s'est terminée, ou null.
    terminee_le: Option<NaiveDate>,
    /// Jours entiers d'attente, jusqu'à la fin ou aujourd'hui.
    #[schema(example = 15)]
    jours_d_attente: i64,
    /// Médecins contactés, par jour de contact.
    contacts: Vec<ContactVue>,
    /// Enregistrement.
    enregistree_le: DateTime<Utc>,
    /// Ce que l'appelant peut faire maintenant.
    actions: Vec<ActionConciliation>,
}

/// Organisme saisi d'une conciliation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganismeSaisiVue {
    /// Régime, deux chiffres.
    #[schema(example = "01")]
    regime: String,
    /// Caisse, trois chiffres.
    #[schema(example = "011")]
    caisse: String,
    /// Centre, quatre chiffres.
    #[schema(example = "0000")]
    centre: String,
}

/// Médecin contacté.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactVue {
    /// Identifiant.
    id: ContactId,
    /// RPPS.
    rpps: Rpps,
    /// Qui l'a contacté.
    par: PartieConciliation,
    /// Jour du contact.
    contacte_le: NaiveDate,
    /// Réponse.
    reponse: ReponseMedecin,
    /// Jour de la réponse, ou null.
    repondu_le: Option<NaiveDate>,
    /// Déclaration refusée qui vaut réponse, ou null.
    declaration_id: Option<DeclarationId>,
}

/// Conciliations d'un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConciliationsVue {
    /// La dernière demandée d'abord.
    donnees: Vec<ConciliationVue>,
}

/// Attente des assurés d'une caisse. Des nombres, personne en particulier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatistiquesConciliationVue {
    /// Caisse : régime et caisse, cinq chiffres.
    #[schema(example = "01011")]
    caisse: String,
    /// Premier jour de fin de recherche compté.
    du: NaiveDate,
    /// Premier jour qui n'est plus compté.
    au: Option<NaiveDate>,
    /// Recherches ouvertes maintenant ; l'attente court jusqu'à aujourd'hui.
    ouvertes: AttenteVue,
    /// Recherches terminées dans la période.
    terminees: AttenteVue,
    /// Les mêmes, par issue.
    par_issue: Vec<AttenteIssueVue>,
    /// Les mêmes, par mois de leur fin.
    par_mois: Vec<AttenteMoisVue>,
}

impl Anonymous for StatistiquesConciliationVue {}

/// Attente de plusieurs personnes, en jours entiers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttenteVue {
    /// Nombre de recherches.
    #[schema(example = 12)]
    nombre: u64,
    /// La moitié n'a pas attendu davantage ; null quand il n'y en a aucune.
    #[schema(example = 21)]
    mediane_jours: Option<i64>,
    /// Neuf sur dix n'ont pas attendu davantage ; null quand il n'y en a aucune.
    #[schema(example = 60)]
    centile_90_jours: Option<i64>,
}

/// Attente des recherches de même issue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttenteIssueVue {
    /// Issue.
    issue: EtatConciliation,
    /// Attente.
    attente: AttenteVue,
}

/// Attente des recherches terminées le même mois.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttenteMoisVue {
    /// Premier jour du mois.
    mois: NaiveDate,
    /// Attente.
    attente: AttenteVue,
}

impl ConciliationVue {
    pub(super) fn new(lue: &ConciliationLue) -> Self {
        let dossier = &lue.conciliation;
        Self {
            id: dossier.id,
            patient_id: dossier.patient_id,
            organisme: OrganismeSaisiVue::new(&dossier.organisme),
            commune: dossier.commune,
            demandee_par: dossier.demandee_par,
            demandee_le: dossier.demandee_le,
            etat: dossier.etat,
            version: dossier.version,
            medecin: dossier.medecin.map(|(_, rpps)| rpps),
            terminee_le: dossier.terminee_le,
            jours_d_attente: lue.jours_d_attente,
            contacts: dossier
                .contacts
                .iter()
                .map(|contact| ContactVue {
                    id: contact.id,
                    rpps: contact.rpps,
                    par: contact.par,
                    contacte_le: contact.contacte_le,
                    reponse: contact.reponse,
                    repondu_le: contact.repondu_le,
                    declaration_id: contact.declaration_id,
                })
                .collect(),
            enregistree_le: dossier.enregistre_le,
            actions: lue.actions.clone(),
        }
    }
}

impl OrganismeSaisiVue {
    fn new(organisme: &Organisme) -> Self {
        Self {
            regime: organisme.regime().to_owned(),
            caisse: organisme.caisse().to_owned(),
            centre: organisme.centre().to_owned(),
        }
    }
}

impl ConciliationsVue {
    pub(super) fn new(all: &[ConciliationLue]) -> Self {
        Self { donnees: all.iter().map(ConciliationVue::new).collect() }
    }
}

impl AttenteVue {
    fn new(attente: &Attente) -> Self {
        Self {
            nombre: attente.nombre(),
            mediane_jours: attente.mediane(),
            centile_90_jours: attente.centile(90),
        }
    }
}

impl StatistiquesConciliationVue {
    pub(super) fn new(statistics: &Statistiques) -> Self {
        Self {
            caisse: statistics.caisse.clone(),
            du: statistics.periode.du(),
            au: statistics.periode.au(),
            ouvertes: AttenteVue::new(&statistics.ouvertes),
            terminees: AttenteVue::new(&statistics.terminees),
            par_issue: statistics
                .par_issue
                .iter()
                .map(|(issue, attente)| AttenteIssueVue {
                    issue: *issue,
                    attente: AttenteVue::new(attente),
                })
                .collect(),
            par_mois: statistics
                .par_mois
                .iter()
                .map(|(mois, attente)| AttenteMoisVue {
                    mois: *mois,
                    attente: AttenteVue::new(attente),
                })
                .collect(),
        }
    }
}
