//! The feed of events, of whoever calls.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::acteur::Role;
use crate::domain::droits::Demarche;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{DeclarationId, EvenementId, FeuilleId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::affluence::Sortie;
use crate::http::delai::Delai;
use crate::http::extract::{Appel, Requete};
use crate::http::lecture::{Entier, Erreurs, Lire, Noeud, lecture};
use crate::http::openapi::routes;
use crate::http::pagination::{self, Curseur, Limite, Page, montrer};
use crate::http::problem::Refus;
use crate::http::schemas::formes;
use crate::http::vue::vue;
use crate::services::fil::{self, EvenementLu, Lecture, Question};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read))
}

/// Kinds, or themes of kinds, between commas.
#[derive(Debug)]
struct Natures(Vec<NatureEvenement>);

formes!(Natures);

impl Lire for Natures {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let text = noeud.texte(erreurs, "des natures, entre virgules")?;
        let mut found = Vec::new();
        for mot in text.split(',').map(str::trim) {
            let all = NatureEvenement::TOUS.iter().copied();
            let named: Vec<NatureEvenement> =
                all.filter(|one| one.mot() == mot || one.theme() == mot).collect();
            if named.is_empty() {
                let message = "attendu : des natures d'événement, ou leurs thèmes (ce qui précède le point), entre virgules";
                erreurs.push(noeud.chemin, "valeur_inconnue", message);
                return None;
            }
            found.extend(named);
        }
        Some(Self(found))
    }
}

lecture! {
    struct EvenementsDemande {
        /// Seulement ces natures, ou ces thèmes.
        nature: Option<Natures>,
        /// Seulement ce qui concerne cette personne.
        personne: Option<PatientId>,
        /// Nombre d'événements par page, 20 par défaut.
        limite: Option<Limite>,
        /// Secondes à attendre quand rien n'est nouveau ; 0 par défaut.
        attente: Option<Entier<0, 30>>,
        /// Curseur de la dernière lecture ; absent, tout depuis le début.
        curseur: Option<Curseur>,
    }
}

/// Events, the oldest first.
type EvenementsVue = Page<EvenementVue>;

vue! {
    /// Événement. Il dit ce qui s'est passé et où le lire ; le contenu se lit là, avec les droits du lecteur.
    pub(crate) struct EvenementVue(lu: &EvenementLu, role: Role) {
        /// Le même à chaque lecture : un événement peut être donné plus d'une fois.
        id: EvenementId = lu.id,
        /// Nature.
        nature: NatureEvenement = lu.nature,
        /// Le registre le sait depuis cet instant.
        enregistre_le: DateTime<Utc> = lu.enregistre_le,
        /// Jour à partir duquel cela compte, s'il y en a un que le lecteur peut connaître.
        effet_du: Option<NaiveDate> = lu.effet_du,
        /// Patient concerné, s'il y en a un seul.
        patient_id: Option<PatientId> = lu.patient_id,
        /// Déclaration concernée.
        declaration_id: Option<DeclarationId> = lu.declaration_id,
        /// Feuilles de soins concernées ; celles d'un lot sont ensemble.
        feuilles: Vec<FeuilleId> = lu.feuilles.clone(),
        /// Adresse où lire ce qui a changé, quand le lecteur le peut maintenant.
        #[schema(example = "/v1/declarations/0192f0c4-0000-7000-8000-000000000001")]
        lien: Option<String> = lien(lu, role),
    }
}

/// Where what an event tells is read, for a role.
fn lien(lu: &EvenementLu, role: Role) -> Option<String> {
    let named = |name: &str| lu.donnees.get(name).and_then(Value::as_str);
    let thing = |place: &str, name: &str| Some(format!("/v1/{place}/{}", named(name)?));
    let person = |place: &str| Some(format!("/v1/patients/{}/{place}", lu.patient_id?));
    match lu.lecture {
        Lecture::Chose => {}
        Lecture::Designations => return person("designations"),
        Lecture::Aucune => return None,
    }
    let acts_on_doctors = matches!(role, Role::Caisse | Role::Referentiel);
    match lu.nature.theme() {
        "adressage" => thing("adressages", "adressage_id"),
        "conciliation" => thing("conciliations", "conciliation_id"),
        "declaration" => Some(format!("/v1/declarations/{}", lu.declaration_id?)),
        "designation" if named("conflit_id").is_some() => {
            thing("conflits-de-designations", "conflit_id")
        }
        "feuille" => match lu.feuilles.as_slice() {
            [one] => Some(format!("/v1/feuilles-de-soins/{one}")),
            _ => None,
        },
        "medecin" if acts_on_doctors => thing("operations", "operation_id"),
        "designation" | "medecin" => person("designations"),
        "neutralisation" => person("neutralisations"),
        "patient" if named("demande_id").is_some() => {
            thing("demandes-de-rectification", "demande_id")
        }
        "patient" => Some(format!("/v1/patients/{}", lu.patient_id?)),
        "patientele" => Some("/v1/moi/patients/mouvements".to_owned()),
        "reevaluation" => thing("reevaluations", "reevaluation_id"),
        "representation" => person("representations"),
        _ => None,
    }
}

/// Suivre ce qui se passe
///
/// Le fil des événements qui sont dits à l'appelant : une caisse, un médecin ou son logiciel, un patient (et qui
/// agit pour lui), le référentiel. Chaque nature dit à qui elle l'est (docs/EVENEMENTS.md). Les événements d'une
/// même personne viennent dans l'ordre où le registre les a connus ; rien n'est perdu, et la suite d'un curseur
/// est la même demain : « curseur_reprise » se garde. Avec « attente », la réponse vient dès qu'il y a du nouveau, ou vide au terme. Chaque
/// patient montré peut lire que l'événement a été lu.
#[utoipa::path(
    get,
    path = "/v1/evenements",
    operation_id = "lire_evenements",
    responses((status = 200, description = "Les événements qui suivent le curseur", body = EvenementsVue)),
    extensions(("x-problemes" = json!(["curseur_perime"])))
)]
async fn read(
    State(state): State<AppState>,
    delai: Delai,
    sortie: Sortie,
    appel: Appel,
    Requete(demande): Requete<EvenementsDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireEvenements)?;
    let question = Question {
        natures: demande.nature.map(|natures| natures.0).unwrap_or_default(),
        personne: demande.personne,
        curseur: demande.curseur.as_ref().map(pagination::sealed).transpose()?,
        limite: pagination::nombre(demande.limite),
        attente: Duration::from_secs(
            demande.attente.and_then(|seconds| u64::try_from(seconds.0).ok()).unwrap_or_default(),
        ),
    };
    delai.accorde(question.attente);
    if !question.attente.is_zero() {
        sortie.prend();
    }
    let page = fil::read(&state.core, &contexte, &question).await?;
    let role = contexte.acteur().role();
    montrer(page.map(|page| pagination::du_fil(page, Some)), |one| EvenementVue::new(one, role))
}
