//! The shape of a conciliation, and of the waiting of many.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conciliation::{
    ActionConciliation, Attente, Contact, EtatConciliation, PartieConciliation, ReponseMedecin,
};
use crate::domain::identifiers::{CommuneExercice, Organisme, Rpps};
use crate::domain::ids::{ConciliationId, ContactId, DeclarationId, PatientId};
use crate::http::idempotency::Anonymous;
use crate::http::vue::vue;
use crate::services::conciliations::{ConciliationLue, Statistiques};

vue! {
    /// Conciliation : la caisse aide un patient qui ne trouve pas de médecin traitant. Sans effet sur ses
    /// remboursements.
    pub(crate) struct ConciliationVue(lue: &ConciliationLue) {
        let dossier = &lue.conciliation;

        /// Identifiant.
        id: ConciliationId = dossier.id,
        /// Patient.
        patient_id: PatientId = dossier.patient_id,
        /// Organisme saisi, celui du patient le jour de la demande.
        organisme: OrganismeSaisiVue = OrganismeSaisiVue::new(&dossier.organisme),
        /// Commune de résidence, près de laquelle chercher.
        commune: CommuneExercice = dossier.commune,
        /// Qui l'a demandée.
        demandee_par: PartieConciliation = dossier.demandee_par,
        /// Jour de la demande.
        demandee_le: NaiveDate = dossier.demandee_le,
        /// État.
        etat: EtatConciliation = dossier.etat,
        /// Version : le début de l'ETag de la conciliation.
        #[schema(example = 1)]
        version: i32 = dossier.version,
        /// RPPS du médecin trouvé, ou null.
        medecin: Option<Rpps> = dossier.medecin.map(|(_, rpps)| rpps),
        /// Jour où la recherche s'est terminée, ou null.
        terminee_le: Option<NaiveDate> = dossier.terminee_le,
        /// Jours entiers d'attente, jusqu'à la fin ou aujourd'hui.
        #[schema(example = 15)]
        jours_d_attente: i64 = lue.jours_d_attente,
        /// Médecins contactés, par jour de contact.
        contacts: Vec<ContactVue> = dossier.contacts.iter().map(ContactVue::new).collect(),
        /// Enregistrement.
        enregistree_le: DateTime<Utc> = dossier.enregistre_le,
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionConciliation> = lue.actions.clone(),
    }

    /// Organisme saisi d'une conciliation.
    pub(crate) struct OrganismeSaisiVue(organisme: &Organisme) {
        /// Régime, deux chiffres.
        #[schema(example = "01")]
        regime: String = organisme.regime().to_owned(),
        /// Caisse, trois chiffres.
        #[schema(example = "011")]
        caisse: String = organisme.caisse().to_owned(),
        /// Centre, quatre chiffres.
        #[schema(example = "0000")]
        centre: String = organisme.centre().to_owned(),
    }

    /// Médecin contacté.
    pub(crate) struct ContactVue(contact: &Contact) {
        /// Identifiant.
        id: ContactId = contact.id,
        /// RPPS.
        rpps: Rpps = contact.rpps,
        /// Qui l'a contacté.
        par: PartieConciliation = contact.par,
        /// Jour du contact.
        contacte_le: NaiveDate = contact.contacte_le,
        /// Réponse.
        reponse: ReponseMedecin = contact.reponse,
        /// Jour de la réponse, ou null.
        repondu_le: Option<NaiveDate> = contact.repondu_le,
        /// Déclaration refusée qui vaut réponse, ou null.
        declaration_id: Option<DeclarationId> = contact.declaration_id,
    }

    /// Conciliations d'un patient.
    pub(crate) struct ConciliationsVue(all: &[ConciliationLue]) {
        /// La dernière demandée d'abord.
        donnees: Vec<ConciliationVue> = all.iter().map(ConciliationVue::new).collect(),
    }

    /// Attente des assurés d'une caisse. Des nombres, personne en particulier.
    pub(crate) struct StatistiquesConciliationVue(statistics: &Statistiques) {
        /// Caisse : régime et caisse, cinq chiffres.
        #[schema(example = "01011")]
        caisse: String = statistics.caisse.clone(),
        /// Premier jour de fin de recherche compté.
        du: NaiveDate = statistics.periode.du(),
        /// Premier jour qui n'est plus compté.
        au: Option<NaiveDate> = statistics.periode.au(),
        /// Recherches ouvertes maintenant ; l'attente court jusqu'à aujourd'hui.
        ouvertes: AttenteVue = AttenteVue::new(&statistics.ouvertes),
        /// Recherches terminées dans la période.
        terminees: AttenteVue = AttenteVue::new(&statistics.terminees),
        /// Les mêmes, par issue.
        par_issue: Vec<AttenteIssueVue> = statistics
            .par_issue
            .iter()
            .map(|(issue, attente)| AttenteIssueVue {
                issue: *issue,
                attente: AttenteVue::new(attente),
            })
            .collect(),
        /// Les mêmes, par mois de leur fin.
        par_mois: Vec<AttenteMoisVue> = statistics
            .par_mois
            .iter()
            .map(|(mois, attente)| AttenteMoisVue {
                mois: *mois,
                attente: AttenteVue::new(attente),
            })
            .collect(),
    }
}

impl Anonymous for StatistiquesConciliationVue {}

vue! {
    /// Attente de plusieurs personnes, en jours entiers.
    pub(crate) struct AttenteVue(attente: &Attente) {
        /// Nombre de recherches.
        #[schema(example = 12)]
        nombre: u64 = attente.nombre(),
        /// La moitié n'a pas attendu davantage ; null quand il n'y en a aucune.
        #[schema(example = 21)]
        mediane_jours: Option<i64> = attente.mediane(),
        /// Neuf sur dix n'ont pas attendu davantage ; null quand il n'y en a aucune.
        #[schema(example = 60)]
        centile_90_jours: Option<i64> = attente.centile(90),
    }
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
