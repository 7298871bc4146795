//! Who makes things happen in the sandbox: requests of its people, each on its day.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::SandboxError;
use super::super::people::{MEDECINS, MedecinFictif, Personne};
use super::praticiens::PRATICIENS;
use crate::auth::{DEV_AUDIENCE, DEV_ISSUER, Emetteur, Preuves, Prouveur, Verifier};
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::clock::{Clock, FixedClock, paris_day};
use crate::domain::declaration::{MoyenSignature, RoleSignataire, SignatureAnnoncee};
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::IdSource;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::{AppState, Interne, Question};
use crate::law::Law;
use crate::services::{Core, Mode};
use crate::storage::Db;

/// Tokens of those who act live that long, in seconds.
const TOKEN_LIFE: i64 = 3600;

/// A service of its own over the database of the sandbox, whose clock stands where the story is.
#[derive(Debug)]
pub(super) struct Conteur {
    service: Interne,
    pub(super) core: Core,
    clock: Arc<FixedClock>,
    ids: IdSource,
    emetteur: Emetteur,
    prouveur: Prouveur,
    debut: DateTime<Utc>,
    personnes: Vec<Personne>,
    actes: AtomicU32,
}

impl Conteur {
    /// Who tells the story of these people, until an instant.
    pub(super) fn new(
        db: Db,
        law: Arc<Law>,
        debut: DateTime<Utc>,
        personnes: Vec<Personne>,
    ) -> Result<Self, SandboxError> {
        let clock = Arc::new(FixedClock::at(debut));
        let as_clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
        let ids = || IdSource::from_system(Arc::clone(&as_clock));
        let core = Core::new(db, Arc::clone(&as_clock), Arc::new(ids()), law, Mode::BacASable);
        let (emetteur, prouveur) = (Emetteur::ephemeral()?, Prouveur::ephemeral()?);
        let verifier = Verifier::new(
            DEV_ISSUER.to_owned(),
            DEV_AUDIENCE.to_owned(),
            emetteur.keys()?,
            Arc::clone(&as_clock),
        );
        let preuves = Preuves::new(vec![prouveur.emetteur()?], [].into());
        let service = Interne::new(AppState::new(core.clone(), verifier, preuves));
        let ids = ids();
        let actes = AtomicU32::new(0);
        Ok(Self { service, core, clock, ids, emetteur, prouveur, debut, personnes, actes })
    }

    /// Goes to the morning, so many days before the beginning of the sandbox; gives that day.
    pub(super) fn il_y_a(&self, jours: u64) -> NaiveDate {
        let today = paris_day(self.debut);
        let day = today.checked_sub_days(Days::new(jours)).unwrap_or(today);
        let morning = day.and_hms_opt(10, 0, 0).map(|instant| instant.and_utc());
        self.clock.set(morning.unwrap_or(self.debut));
        day
    }

    /// A day after the one on which the story is.
    pub(super) fn dans(&self, jours: u64) -> NaiveDate {
        let today = paris_day(self.clock.now());
        today.checked_add_days(Days::new(jours)).unwrap_or(today)
    }

    pub(super) fn personne(&self, prenom: &'static str) -> Result<&Personne, SandboxError> {
        let found = self.personnes.iter().find(|one| one.prenom == prenom);
        found.ok_or(SandboxError::Unknown(prenom))
    }

    /// Somebody asks, and has the answer.
    pub(super) async fn fait(
        &self,
        acteur: &Acteur,
        chemin: &str,
        version: Option<i64>,
        corps: Value,
    ) -> Result<Value, SandboxError> {
        self.fait_comme(acteur, &acteur.cle(), chemin, version, corps).await
    }

    /// The same, as one of those who act under this role.
    pub(super) async fn fait_comme(
        &self,
        acteur: &Acteur,
        sujet: &str,
        chemin: &str,
        version: Option<i64>,
        corps: Value,
    ) -> Result<Value, SandboxError> {
        // One instant each: what happened first is known first.
        self.clock.advance(TimeDelta::seconds(1));
        let jeton = self.emetteur.issue_as(acteur, sujet, &*self.clock, &self.ids, TOKEN_LIFE)?;
        let cle = format!("bac-a-sable-acte-{:04}", self.actes.fetch_add(1, Ordering::Relaxed));
        let question = Question { chemin, jeton: &jeton, cle: &cle, version, corps };
        Ok(self.service.ask(question).await?)
    }

    /// The content that the parties of a choice sign: its digest.
    async fn apercu(&self, acteur: &Acteur, choix: &Value) -> Result<Value, SandboxError> {
        let shown = self.fait(acteur, "/v1/declarations/apercu", None, choix.clone()).await?;
        shown.get("contenu_sha256").cloned().ok_or(SandboxError::Unknown("contenu_sha256"))
    }

    /// The caisse enters a paper signed today by the doctors and by somebody for the person.
    pub(super) async fn papier(
        &self,
        prenom: &'static str,
        medecins: &[&str],
        signataire: Value,
    ) -> Result<Value, SandboxError> {
        let personne = self.personne(prenom)?;
        let caisse = caisse(personne.organisme)?;
        let mut choix = json!({
            "patient": { "id": personne.id },
            "medecins": medecins.iter().map(|rpps| json!({ "rpps": rpps })).collect::<Vec<_>>(),
        });
        let contenu = self.apercu(&caisse, &choix).await?;
        let signe = |mut qui: Value| {
            if let Some(members) = qui.as_object_mut() {
                members.extend([
                    ("moyen".to_owned(), json!("papier_original_vu")),
                    ("signe_le".to_owned(), json!(paris_day(self.clock.now()))),
                    ("contenu_sha256".to_owned(), contenu.clone()),
                    (
                        "preuve".to_owned(),
                        json!({ "temoin": "agent-fictif", "reference_archive": "BAC-A-SABLE" }),
                    ),
                ]);
            }
            qui
        };
        let doctors = medecins.iter().map(|rpps| json!({ "role": "medecin", "rpps": rpps }));
        let all: Vec<Value> = [signataire].into_iter().chain(doctors).map(signe).collect();
        merge(&mut choix, json!({ "signatures": all }));
        self.fait(&caisse, "/v1/declarations", None, choix).await
    }

    /// The same, signed by the person.
    pub(super) async fn choix(
        &self,
        prenom: &'static str,
        medecins: &[&str],
    ) -> Result<Value, SandboxError> {
        self.papier(prenom, medecins, json!({ "role": "assure" })).await
    }

    /// A doctor, or a person, signs alone on a machine: the declaration waits for the other.
    pub(super) async fn signe_seul(
        &self,
        acteur: &Acteur,
        prenom: &'static str,
        rpps: &str,
    ) -> Result<Value, SandboxError> {
        let personne = self.personne(prenom)?;
        let (role, moyen, own, patient) = match acteur {
            Acteur::Medecin(rpps) => {
                (RoleSignataire::Medecin, MoyenSignature::Cps, Some(*rpps), personne.carte())
            }
            Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
                let id = json!({ "id": personne.id });
                (RoleSignataire::Assure, MoyenSignature::Franceconnect, None, id)
            }
        };
        let mut choix = json!({ "patient": patient, "medecins": [{ "rpps": rpps }] });
        let contenu = self.apercu(acteur, &choix).await?;
        let contenu_sha256 = contenu.as_str().and_then(Empreinte::parse);
        let annoncee = SignatureAnnoncee {
            role,
            rpps: own,
            moyen,
            contenu_sha256: contenu_sha256.ok_or(SandboxError::Unknown("contenu_sha256"))?,
            signe_a: None,
        };
        let jws = self.prouveur.prove(&annoncee, "support-fictif", &*self.clock, &self.ids)?;
        let signature = json!({
            "role": role.mot(), "moyen": moyen.mot(), "contenu_sha256": contenu,
            "preuve": { "jws": jws },
        });
        merge(&mut choix, json!({ "signatures": [signature] }));
        self.fait(acteur, "/v1/declarations", None, choix).await
    }

    /// A doctor sends the feuille of a consultation of the day; `autre` adds to it.
    pub(super) async fn feuille(
        &self,
        prenom: &'static str,
        rpps: &'static str,
        code: (&str, i64),
        autre: Value,
    ) -> Result<Value, SandboxError> {
        let personne = self.personne(prenom)?;
        let medecin = praticien(rpps).ok_or(SandboxError::Unknown(rpps))?;
        let numero = self.actes.load(Ordering::Relaxed).to_string();
        let jour = paris_day(self.clock.now());
        let mut feuille = consultation(personne, medecin, jour, code);
        merge(&mut feuille, json!({ "numero_facture": numero }));
        merge(&mut feuille, autre);
        self.fait(&medecin_de(rpps)?, "/v1/feuilles-de-soins", None, feuille).await
    }
}

/// The feuille of a consultation.
pub(super) fn consultation(
    personne: &Personne,
    medecin: &MedecinFictif,
    jour: NaiveDate,
    (code, centimes): (&str, i64),
) -> Value {
    let own = json!({ "type": personne.nature, "valeur": personne.numero });
    let insured = match &personne.ouvrant_droit {
        Some(numero) => json!({ "type": "nir", "valeur": numero }),
        None => own.clone(),
    };
    let (kind, numero) = medecin.facturation().unwrap_or_default();
    json!({
        "support": "electronique",
        "mode_securisation": "securise",
        "date_etablissement": jour,
        "beneficiaire": {
            "identifiant_individuel": own,
            "identifiant_ouvrant_droit": insured,
            "qualite": if personne.ouvrant_droit.is_some() { "6" } else { "0" },
            "date_naissance": personne.date_naissance,
            "organisme": organisme(personne.organisme),
        },
        "executant": {
            "rpps": medecin.rpps,
            "numero_facturation": { "type": kind, "valeur": numero },
            "specialite": medecin.specialite,
            "convention": medecin.convention.mot(),
            "option_tarifaire": medecin.option.mot(),
        },
        "parcours": {},
        "assurance": { "nature": "maladie" },
        "actes": [{
            "numero_ligne": 1, "date_execution": jour, "nomenclature": "ngap", "code": code,
            "honoraires_centimes": centimes, "base_remboursement_centimes": centimes,
        }],
    })
}

/// Adds members to an object, whose own objects are completed and not replaced.
pub(super) fn merge(place: &mut Value, more: Value) {
    match (place, more) {
        (Value::Object(place), Value::Object(more)) => {
            for (name, value) in more {
                merge(place.entry(name).or_insert(Value::Null), value);
            }
        }
        (place, more) => *place = more,
    }
}

/// Régime, caisse and centre, as bodies have them.
pub(super) fn organisme(code: &str) -> Value {
    let (regime, rest) = code.split_at_checked(2).unwrap_or_default();
    let (caisse, centre) = rest.split_at_checked(3).unwrap_or_default();
    json!({ "regime": regime, "caisse": caisse, "centre": centre })
}

/// The caisse of an organisme.
pub(super) fn caisse(organisme: &str) -> Result<Acteur, SandboxError> {
    Ok(Acteur::Caisse(Caisse::of(Organisme::parse(organisme)?)))
}

/// A doctor of the sandbox, by RPPS.
pub(super) fn praticien(rpps: &str) -> Option<&'static MedecinFictif> {
    MEDECINS.iter().chain(&PRATICIENS).find(|one| one.rpps == rpps)
}

/// A doctor.
pub(super) fn medecin_de(rpps: &str) -> Result<Acteur, SandboxError> {
    Ok(Acteur::Medecin(Rpps::parse(rpps)?))
}
