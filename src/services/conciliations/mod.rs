//! Files of conciliation: opened, doctors contacted, ended, read, counted.

mod statistiques;
mod transitions;

use chrono::NaiveDate;
use serde_json::json;

pub use self::statistiques::{Statistiques, count, period};
pub use self::transitions::{Ending, add_contact, answer, end};
use super::affiliations::organisme_le;
use super::core::{Act, Fact};
use super::vivant::Vivant;
use super::{
    ChampInvalide, Contexte, Core, Demande, Done, Render, Seen, ServiceError, VersionsVues,
    latest_knowledge, son_temps,
};
use crate::domain::acteur::Acteur;
use crate::domain::conciliation::{
    ActionConciliation, Conciliation, ConciliationRefusee, EtatConciliation, PartieConciliation,
    ReponseMedecin,
};
use crate::domain::droits::{Demarche, Rapports};
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::{CommuneExercice, Rpps};
use crate::domain::ids::{ConciliationId, ContactId, DeclarationId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{Connection, conciliations, patients};

/// The file that a caller saw: its id and its version.
pub type ConciliationVue = (ConciliationId, VersionsVues);

/// A file to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouvelleConciliation {
    /// Near which residence.
    pub commune: CommuneExercice,
    /// When the caisse received the request; today when absent.
    pub demandee_le: Option<NaiveDate>,
}

/// A doctor contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouveauContact {
    /// Whom.
    pub rpps: Rpps,
    /// When; the day of the cited declaration, or today, when absent.
    pub contacte_le: Option<NaiveDate>,
    /// What the doctor answered already.
    pub reponse: Option<ReponseMedecin>,
    /// When.
    pub repondu_le: Option<NaiveDate>,
    /// A declaration that the doctor refused.
    pub declaration_id: Option<DeclarationId>,
}

/// What a doctor answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouvelleReponse {
    /// To which contact.
    pub contact_id: ContactId,
    /// What.
    pub reponse: ReponseMedecin,
    /// When; today when absent.
    pub repondu_le: Option<NaiveDate>,
}

/// A file, as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConciliationLue {
    /// The file.
    pub conciliation: Conciliation,
    /// Whole days of waiting, until the end or today.
    pub jours_d_attente: i64,
    /// What the caller may do now.
    pub actions: Vec<ActionConciliation>,
}

/// Opens a file: one search at a time.
pub async fn open(
    core: &Core,
    demande: &Demande,
    patient: PatientId,
    nouvelle: NouvelleConciliation,
    rendre: impl Render<ConciliationLue>,
) -> Done {
    let mut act = core.open(demande).await?.on(patient, &[]).await?;
    let (today, instant) = (act.today().await?, act.instant);
    let known = conciliations::list(act.conn(), patient, None).await?;
    if let Some(open) = known.iter().find(|one| one.etat == EtatConciliation::Ouverte) {
        return Err(ServiceError::ConciliationOuverte(open.id).into());
    }
    let demandee_par = party(&act);
    let demandee_le = match (demandee_par, nouvelle.demandee_le) {
        (_, None) => today,
        (PartieConciliation::Caisse, Some(jour)) if jour <= today => jour,
        (PartieConciliation::Caisse, Some(_)) => {
            let message = "attendu : un jour passé ou présent";
            return Err(ServiceError::champ("/demandee_le", "date_future", message).into());
        }
        (PartieConciliation::Patient, Some(_)) => {
            let message = "attendu : rien, le patient ouvre la conciliation aujourd'hui";
            return Err(ServiceError::champ("/demandee_le", "non_applicable", message).into());
        }
    };
    Vivant::of(act.conn(), patient).await?.verify(demandee_le, "/demandee_le")?;
    let affiliations = patients::affiliations(act.conn(), patient, latest_knowledge()).await?;
    let organisme = organisme_le(&affiliations, today).ok_or(ServiceError::Introuvable)?;
    let conciliation = Conciliation {
        id: ConciliationId::from_uuid(core.ids().uuid()),
        patient_id: patient,
        organisme,
        commune: nouvelle.commune,
        demandee_par,
        demandee_le,
        version: 1,
        etat: EtatConciliation::Ouverte,
        medecin: None,
        terminee_le: None,
        contacts: Vec::new(),
        enregistre_le: instant,
    };
    conciliations::insert(act.conn(), &conciliation).await?;
    finish(act, conciliation, NatureEvenement::ConciliationOuverte, rendre).await
}

/// Reads a file.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: ConciliationId,
) -> Result<Seen<ConciliationLue>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let (patient, demandee_le) = place_of(search.conn(), id).await?;
    let mut access = search.dated(demandee_le).on(patient, &[]).await?;
    let found = conciliations::list(access.conn(), patient, Some(id)).await?.pop();
    let found = found.ok_or(ServiceError::Introuvable)?;
    let found = son_temps::conciliation(&access.droit.vue, found);
    let seen = seen((core, patient), found, &access.rapports);
    access.show(seen).await
}

/// The files of a person, the last requested first. A caisse of before sees those requested in its time.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
) -> Result<Seen<Vec<ConciliationLue>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let all = conciliations::list(access.conn(), patient, None).await?;
    let own = all.into_iter().filter(|one| access.droit.vue.contient(one.demandee_le));
    let own = own.map(|one| son_temps::conciliation(&access.droit.vue, one));
    let seen = own.map(|one| seen((core, patient), one, &access.rapports)).collect();
    access.show(seen).await
}

/// Whose a file is, and since which day.
pub(super) async fn place_of(
    conn: &mut Connection,
    id: ConciliationId,
) -> Result<(PatientId, NaiveDate), ServiceError> {
    conciliations::place_of(conn, id).await?.ok_or(ServiceError::Introuvable)
}

/// The side on which who acts is: the patient's, or the caisse's.
const fn party(act: &Act<'_>) -> PartieConciliation {
    match act.contexte().acteur() {
        Acteur::Caisse(_) => PartieConciliation::Caisse,
        Acteur::Patient(_) | Acteur::Medecin(_) | Acteur::Referentiel | Acteur::Statistiques => {
            PartieConciliation::Patient
        }
    }
}

/// A file, with what the caller may do now.
fn seen(
    (core, patient): (&Core, PatientId),
    conciliation: Conciliation,
    rapports: &Rapports,
) -> ConciliationLue {
    let actions = conciliation.actions(|action| {
        let demarche = match action {
            ActionConciliation::Contacter => Demarche::ContacterConciliation,
            ActionConciliation::Repondre => Demarche::RepondreConciliation,
            ActionConciliation::Trouver => Demarche::TrouverConciliation,
            ActionConciliation::Abandonner => Demarche::AbandonnerConciliation,
            ActionConciliation::Clore => Demarche::CloreConciliation,
        };
        demarche.est_permise(rapports)
    });
    let jours_d_attente = conciliation.jours_d_attente(core.today());
    let conciliation = Conciliation { patient_id: patient, ..conciliation };
    ConciliationLue { conciliation, jours_d_attente, actions }
}

/// Tells what happened to a file, and ends the act.
async fn finish(
    mut act: Act<'_>,
    conciliation: Conciliation,
    nature: NatureEvenement,
    rendre: impl Render<ConciliationLue>,
) -> Done {
    let fact = Fact::of(nature).doctor(conciliation.medecin.map(|(id, _)| id)).with(json!({
        "conciliation_id": conciliation.id,
        "etat": conciliation.etat.mot(),
        "version": conciliation.version,
    }));
    act.tell(fact);
    let rendu = rendre(&seen((act.core(), act.patient), conciliation, &act.rapports))?;
    Ok(act.close(rendu).await?)
}

impl From<ConciliationRefusee> for ServiceError {
    fn from(refused: ConciliationRefusee) -> Self {
        use ConciliationRefusee as C;
        let champ = |pointeur: &str, code, message: &str| {
            Self::Invalide(vec![ChampInvalide::new(pointeur, code, message)])
        };
        match refused {
            C::Terminee { etat } => Self::EtatIncompatible(match etat {
                EtatConciliation::Ouverte => "La conciliation est ouverte.",
                EtatConciliation::MedecinTrouve => "La conciliation a trouvé un médecin.",
                EtatConciliation::Abandonnee => "La conciliation est abandonnée.",
                EtatConciliation::Close => "La conciliation est close.",
            }),
            C::DejaRepondu => Self::EtatIncompatible("Ce médecin a déjà répondu."),
            C::ContactInconnu => champ(
                "/contact_id",
                "contact_inconnu",
                "attendu : un contact de cette conciliation",
            ),
            C::ReponseAttendue => champ(
                "/reponse",
                "valeur_inconnue",
                "attendu : un mot parmi accord, refus, sans_reponse",
            ),
            C::MedecinRefuse => champ(
                "/rpps",
                "medecin_refuse",
                "attendu : un médecin qui a accepté ; celui-ci a refusé, et seul un nouveau contact dit le contraire",
            ),
            C::ContactFutur => {
                champ("/contacte_le", "date_future", "attendu : un jour passé ou présent")
            }
            C::ReponseFuture => {
                champ("/repondu_le", "date_future", "attendu : un jour passé ou présent")
            }
            C::ReponseAvantContact => {
                champ("/repondu_le", "avant_contact", "attendu : un jour qui suit le contact")
            }
        }
    }
}
