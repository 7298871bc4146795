//! Files of conciliation: opened, doctors contacted, ended, read, counted.

mod statistiques;
mod transitions;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::{
    ChampInvalide, Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge,
};
use crate::domain::acteur::Acteur;
use crate::domain::conciliation::{
    ActionConciliation, Conciliation, ConciliationRefusee, EtatConciliation, PartieConciliation,
    ReponseMedecin,
};
use crate::domain::identifiers::{CommuneExercice, Organisme, Rpps};
use crate::domain::ids::{ConciliationId, ContactId, DeclarationId, EvenementId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::affiliations::Affiliations;
use crate::storage::evenements::{self, Evenement};
use crate::storage::{Connection, Tx, conciliations, patients};

pub use self::statistiques::Statistiques;

/// The file that a caller saw: its id and its version.
pub type ConciliationVue = (ConciliationId, i32);

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

/// Who acts on the files of a person, and whether as the one who may write today.
#[derive(Debug, Clone)]
struct Partie {
    role: PartieConciliation,
    /// The caisse of the person today.
    organisme: Organisme,
    /// A caisse of before only reads the files of its time.
    actuelle: bool,
    affiliations: Affiliations,
}

impl Services {
    /// Opens a file: one search at a time.
    pub async fn open_conciliation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        patient: PatientId,
        nouvelle: NouvelleConciliation,
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let role = role_of(&contexte.acteur)?;
        let mut tx = self.db.begin("conciliation.open").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let partie = self.partie(&mut tx, contexte, patient).await?;
        partie.verify_actuelle()?;
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        let known = conciliations::list(&mut tx, patient, None).await?;
        if let Some(open) = known.iter().find(|one| one.etat == EtatConciliation::Ouverte) {
            return Err(ServiceError::ConciliationOuverte(open.id));
        }
        let today = self.clock.today();
        let demandee_le = match (role, nouvelle.demandee_le) {
            (_, None) => today,
            (PartieConciliation::Caisse, Some(jour)) if jour <= today => jour,
            (PartieConciliation::Caisse, Some(_)) => {
                let message = "attendu : un jour passé ou présent";
                return Err(ServiceError::champ("/demandee_le", "date_future", message));
            }
            (PartieConciliation::Patient, Some(_)) => {
                let message = "attendu : rien, le patient ouvre la conciliation aujourd'hui";
                return Err(ServiceError::champ("/demandee_le", "non_applicable", message));
            }
        };
        let conciliation = Conciliation {
            id: ConciliationId::from_uuid(self.ids.uuid()),
            patient_id: patient,
            organisme: partie.organisme,
            commune: nouvelle.commune,
            demandee_par: role,
            demandee_le,
            version: 1,
            etat: EtatConciliation::Ouverte,
            medecin: None,
            terminee_le: None,
            contacts: Vec::new(),
            enregistre_le: instant,
        };
        conciliations::insert(&mut tx, &conciliation).await?;
        let done = ("conciliation.ouverte", instant);
        self.finish_conciliation(tx, contexte, demande, (conciliation, done), rendre).await
    }

    /// Reads a file.
    pub async fn get_conciliation(
        &self,
        contexte: &Contexte,
        id: ConciliationId,
    ) -> Result<ConciliationLue, ServiceError> {
        role_of(&contexte.acteur)?;
        let mut conn = self.db.read("conciliation.get").await?;
        let (conciliation, partie) = self.visible_conciliation(&mut conn, contexte, id).await?;
        drop(conn);
        self.trace(contexte, conciliation.patient_id, "conciliation.lire").await?;
        Ok(self.seen_conciliation(conciliation, &partie))
    }

    /// The files of a person, the last requested first.
    pub async fn list_conciliations(
        &self,
        contexte: &Contexte,
        patient: PatientId,
    ) -> Result<Vec<ConciliationLue>, ServiceError> {
        role_of(&contexte.acteur)?;
        let mut conn = self.db.read("conciliation.list").await?;
        let partie = self.partie(&mut conn, contexte, patient).await?;
        let all = conciliations::list(&mut conn, patient, None).await?;
        drop(conn);
        self.trace(contexte, patient, "conciliation.lister").await?;
        let today = self.clock.today();
        let own = all.into_iter().filter(|one| partie.sees(&contexte.acteur, one, today));
        Ok(own.map(|one| self.seen_conciliation(one, &partie)).collect())
    }

    /// Who the caller is to the files of a person of the perimeter.
    async fn partie(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        patient: PatientId,
    ) -> Result<Partie, ServiceError> {
        let role = role_of(&contexte.acteur)?;
        self.verify_perimeter(conn, &contexte.acteur, patient).await?;
        let affiliations =
            Affiliations(patients::affiliations(conn, patient, latest_knowledge()).await?);
        let today = self.clock.today();
        let organisme = affiliations.le(today).ok_or(ServiceError::Introuvable)?;
        let actuelle = match &contexte.acteur {
            Acteur::Caisse(caisse) => caisse.gere(&organisme),
            Acteur::Patient(_) | Acteur::Medecin(_) => true,
        };
        Ok(Partie { role, organisme, actuelle, affiliations })
    }

    async fn visible_conciliation(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        id: ConciliationId,
    ) -> Result<(Conciliation, Partie), ServiceError> {
        let patient =
            conciliations::patient_of(conn, id).await?.ok_or(ServiceError::Introuvable)?;
        let partie = self.partie(conn, contexte, patient).await?;
        conciliations::list(conn, patient, Some(id))
            .await?
            .pop()
            .filter(|one| partie.sees(&contexte.acteur, one, self.clock.today()))
            .map(|one| (one, partie))
            .ok_or(ServiceError::Introuvable)
    }

    fn seen_conciliation(&self, conciliation: Conciliation, partie: &Partie) -> ConciliationLue {
        let actions = if partie.actuelle { conciliation.actions(partie.role) } else { Vec::new() };
        let jours_d_attente = conciliation.jours_d_attente(self.clock.today());
        ConciliationLue { conciliation, jours_d_attente, actions }
    }

    /// Writes what happened and when the person was last written about, keeps the answer, commits.
    async fn finish_conciliation(
        &self,
        mut tx: Tx,
        contexte: &Contexte,
        demande: &Demande,
        (conciliation, (nature, instant)): (Conciliation, (&'static str, DateTime<Utc>)),
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let patient = conciliation.patient_id;
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: None,
            patient_id: Some(patient),
            medecin_id: conciliation.medecin.map(|(id, _)| id),
            declaration_id: None,
            feuille_id: None,
            auteur_role: contexte.acteur.role().mot(),
            auteur_moyen: None,
            donnees: json!({
                "conciliation_id": conciliation.id,
                "etat": conciliation.etat.mot(),
                "version": conciliation.version,
            }),
        };
        evenements::insert(&mut tx, &event).await?;
        patients::touch(&mut tx, patient, instant).await?;
        let partie = self.partie(&mut tx, contexte, patient).await?;
        let rendu = rendre(&self.seen_conciliation(conciliation, &partie))?;
        self.keep(tx, contexte, demande, rendu).await
    }
}

impl Partie {
    /// A caisse of before sees the files requested in its time.
    fn sees(&self, acteur: &Acteur, conciliation: &Conciliation, today: NaiveDate) -> bool {
        let Acteur::Caisse(caisse) = acteur else { return true };
        self.affiliations.lisible(caisse, conciliation.demandee_le, today)
    }

    fn verify_actuelle(&self) -> Result<(), ServiceError> {
        if self.actuelle {
            Ok(())
        } else {
            Err(ServiceError::Interdit("seule la caisse actuelle du patient agit pour lui"))
        }
    }
}

/// The side on which a caller is; a doctor is on none.
const fn role_of(acteur: &Acteur) -> Result<PartieConciliation, ServiceError> {
    match acteur {
        Acteur::Patient(_) => Ok(PartieConciliation::Patient),
        Acteur::Caisse(_) => Ok(PartieConciliation::Caisse),
        Acteur::Medecin(_) => {
            Err(ServiceError::Interdit("une conciliation est entre le patient et sa caisse"))
        }
    }
}

impl From<ConciliationRefusee> for ServiceError {
    fn from(refused: ConciliationRefusee) -> Self {
        use ConciliationRefusee as C;
        let champ = |pointeur: &str, code, message: &str| {
            Self::Invalide(vec![ChampInvalide::new(pointeur, code, message)])
        };
        match refused {
            C::Interdit { .. } => Self::Interdit("seule la caisse clôt une recherche sans médecin"),
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
