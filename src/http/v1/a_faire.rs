//! The inbox of whoever calls.

mod phrases;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use self::phrases::{a_savoir, enregistre};
use crate::domain::a_faire::Rubrique;
use crate::domain::droits::Demarche;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::PatientId;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Requete};
use crate::http::lecture::{Erreurs, Lire, Noeud, lecture};
use crate::http::openapi::routes;
use crate::http::pagination::{self, Cadre, Curseur, Limite, Page, Rappel, Tranche, montrer_avec};
use crate::http::problem::Refus;
use crate::http::schemas::formes;
use crate::http::vue::vue;
use crate::services::a_faire::{self, Affaire, Question};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read))
}

/// Headings, between commas.
#[derive(Debug)]
struct Rubriques(Vec<Rubrique>);

formes!(Rubriques);

impl Lire for Rubriques {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let text = noeud.texte(erreurs, "des rubriques, entre virgules")?;
        let found: Option<Vec<Rubrique>> =
            text.split(',').map(|mot| Rubrique::du_mot(mot.trim())).collect();
        if found.is_none() {
            let words: Vec<&str> = Rubrique::TOUS.iter().map(|one| one.mot()).collect();
            let message =
                format!("attendu : des rubriques entre virgules, parmi {}", words.join(", "));
            erreurs.push(noeud.chemin, "valeur_inconnue", &message);
        }
        found.map(Self)
    }
}

lecture! {
    struct AFaireDemande {
        /// Seulement ces rubriques.
        rubrique: Option<Rubriques>,
        /// Seulement ce qui concerne cette personne.
        personne: Option<PatientId>,
        /// Nombre de lignes par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
    }
}

/// What waits, the last known first.
type AFaireVue = Page<AffaireVue, ComptesVue>;

/// Combien par rubrique.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComptesVue {
    /// Combien par rubrique, quels que soient les filtres.
    comptes: Vec<CompteRubriqueVue>,
}

impl Rappel for ComptesVue {}

vue! {
    /// Nombre de lignes d'une rubrique.
    pub(crate) struct CompteRubriqueVue(compte: &(Rubrique, usize, bool)) {
        /// Rubrique.
        rubrique: Rubrique = compte.0,
        /// Nombre, compté jusqu'à 1 000.
        #[schema(example = 3)]
        nombre: usize = compte.1,
        /// Il y en a davantage.
        au_moins: bool = compte.2,
    }

    /// Ce qui attend, et ce qu'on peut en faire.
    pub(crate) struct AffaireVue(affaire: &Affaire) {
        /// Rubrique.
        rubrique: Rubrique = affaire.rubrique,
        /// Depuis cet instant.
        depuis: DateTime<Utc> = affaire.depuis,
        /// Instant après lequel il est trop tard, s'il y en a un.
        echeance: Option<DateTime<Utc>> = affaire.echeance,
        /// Patient concerné.
        patient_id: Option<PatientId> = affaire.patient_id,
        /// Ce qui a été enregistré, pour ces rubriques-là.
        nature: Option<NatureEvenement> = affaire.nature,
        /// Que faire.
        action: AFaireActionVue = AFaireActionVue::new(geste(affaire)),
    }

    /// Requête à faire, et pourquoi.
    pub(crate) struct AFaireActionVue(geste: Geste) {
        /// Méthode HTTP.
        #[schema(example = "POST")]
        methode: &'static str = geste.methode,
        /// Adresse.
        #[schema(example = "/v1/declarations/0192f0c4-0000-7000-8000-000000000001/signatures")]
        chemin: String = geste.chemin,
        /// Pourquoi, en une phrase.
        #[schema(example = "Le patient vous choisit comme médecin traitant : votre signature manque.")]
        pourquoi: Cow<'static, str> = geste.pourquoi,
    }
}

/// What may be done of something that waits.
pub(crate) struct Geste {
    methode: &'static str,
    chemin: String,
    pourquoi: Cow<'static, str>,
}

/// The request that something that waits calls for, and why.
#[expect(clippy::too_many_lines, reason = "it is one table")]
fn geste(affaire: &Affaire) -> Geste {
    let id = affaire.objet;
    let person = || affaire.patient_id.map_or_else(String::new, |id| format!("/v1/patients/{id}"));
    let (methode, chemin, pourquoi) = match affaire.rubrique {
        Rubrique::SignatureAttendue => (
            "POST",
            format!("/v1/declarations/{id}/signatures"),
            "Une déclaration vous désigne comme médecin traitant : votre signature, ou votre refus, manque.",
        ),
        Rubrique::RetourAttendu => (
            "POST",
            format!("/v1/adressages/{id}/retours"),
            "Le médecin traitant vous a adressé ce patient et attend votre retour.",
        ),
        Rubrique::PatientArrive => (
            "GET",
            "/v1/moi/patients".to_owned(),
            "Cette personne est devenue votre patient : elle est dans la liste de vos patients.",
        ),
        Rubrique::PatientParti => (
            "GET",
            "/v1/moi/patients/mouvements".to_owned(),
            "Vous n'êtes plus le médecin traitant de cette personne : le jour et le motif se lisent dans les mouvements.",
        ),
        Rubrique::SignatureDemandee => (
            "POST",
            format!("/v1/declarations/{id}/signatures"),
            "Un choix de médecin traitant attend votre signature.",
        ),
        Rubrique::ChoixEnSonNom => (
            "POST",
            format!("/v1/declarations/{id}/contestation"),
            "Un choix de médecin traitant a été enregistré par quelqu'un d'autre : s'il n'est pas le vôtre, contestez-le.",
        ),
        Rubrique::ChoixSansSuite => (
            "GET",
            format!("/v1/declarations/{id}"),
            "Un choix de médecin traitant n'a pas abouti, la déclaration dit pourquoi : jusqu'à un autre choix, rien n'a changé.",
        ),
        Rubrique::Enregistre => (
            "GET",
            match affaire.nature.map(NatureEvenement::theme) {
                Some("representation") => format!("{}/representations", person()),
                _ if affaire.nature == Some(NatureEvenement::PatientRectificationRepondue) => {
                    format!("{}/demandes-de-rectification", person())
                }
                _ => person(),
            },
            affaire.nature.map_or("", enregistre),
        ),
        Rubrique::ASavoir => {
            let contest = [
                NatureEvenement::DeclarationContestationRetenue,
                NatureEvenement::DeclarationContestationRejetee,
            ];
            let about = match affaire.nature {
                Some(nature) if contest.contains(&nature) => {
                    let chemin = format!("/v1/declarations/{id}");
                    return Geste { methode: "GET", chemin, pourquoi: a_savoir(affaire) };
                }
                Some(NatureEvenement::NeutralisationFinProche) => "neutralisations",
                _ => "medecin-traitant",
            };
            let chemin = format!("{}/{about}", person());
            return Geste { methode: "GET", chemin, pourquoi: a_savoir(affaire) };
        }
        Rubrique::DeclarationEnAttente => (
            "GET",
            format!("/v1/declarations/{id}"),
            "Une déclaration d'un assuré attend une signature : relancez la partie qui n'a pas signé avant l'échéance.",
        ),
        Rubrique::ContestationOuverte => (
            "POST",
            format!("/v1/declarations/{id}/contestation/decision"),
            "Un choix est contesté : la caisse retient ou rejette la contestation.",
        ),
        Rubrique::ChoixAVerifier => (
            "GET",
            format!("/v1/declarations/{id}"),
            "Qui a signé ce choix pour l'assuré ne le représentait pas ce jour-là : rectifiez la déclaration, ou faites signer \
             de nouveau le même choix par l'assuré ou par qui le représente.",
        ),
        Rubrique::ConflitOuvert => (
            "GET",
            format!("/v1/conflits-de-designations/{id}"),
            "Deux dossiers fusionnés désignaient des médecins différents : la caisse choisit.",
        ),
        Rubrique::ConciliationOuverte => (
            "GET",
            format!("/v1/conciliations/{id}"),
            "Un assuré cherche un médecin traitant : contactez des médecins, ou concluez.",
        ),
        Rubrique::OperationEnCours => (
            "GET",
            format!("/v1/operations/{id}"),
            "Une opération sur un médecin n'a pas encore atteint tous ses patients.",
        ),
        Rubrique::OperationAConfirmer => (
            "GET",
            format!("/v1/operations/{id}"),
            "Un acte national sur un médecin attend qu'un second agent du référentiel le confirme.",
        ),
        Rubrique::Mutation => (
            "GET",
            person(),
            "Une autre caisse a enregistré l'arrivée ou le départ de cet assuré : vérifiez les jours.",
        ),
        Rubrique::DoublonPossible => (
            "GET",
            person(),
            "Le numéro de cet assuré a été inscrit pour une autre personne aussi : fusionnez les dossiers ou corrigez un numéro.",
        ),
        Rubrique::LimitationEnCours => (
            "POST",
            format!("{}/limitations/levee", person()),
            "Le traitement des données d'un assuré est limité : vérifiez, informez la personne, puis levez la limitation.",
        ),
        Rubrique::RectificationDemandee => (
            "POST",
            format!("/v1/demandes-de-rectification/{id}/reponse"),
            "Un assuré demande une rectification : rectifiez ou refusez, et répondez dans le mois.",
        ),
        Rubrique::FeuillesARevoir => (
            "GET",
            "/v1/feuilles-de-soins/a-revoir".to_owned(),
            "Des faits connus depuis peu peuvent changer des décisions déjà prises.",
        ),
    };
    Geste { methode, chemin, pourquoi: Cow::Borrowed(pourquoi) }
}

/// The place of something in an inbox, as a cursor writes it.
struct Cle(DateTime<Utc>, Uuid);

impl fmt::Display for Cle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.0.timestamp_micros(), self.1)
    }
}

impl FromStr for Cle {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (micros, id) = text.split_once('_').ok_or(())?;
        let micros = micros.parse().map_err(|_not_a_number| ())?;
        let instant = DateTime::from_timestamp_micros(micros).ok_or(())?;
        Ok(Self(instant, id.parse().map_err(|_not_an_id| ())?))
    }
}

/// Lire ce que l'on a à faire
///
/// Pour un médecin : signatures et retours attendus, patients arrivés et partis depuis peu. Pour un patient, pour
/// lui et ceux qu'il représente : signatures demandées, choix faits en son nom ou restés sans suite, ce qui a été enregistré, ce
/// qui change pour lui (médecin suspendu, fin d'une protection, seize ans). Pour une
/// caisse : ce qui attend, est contesté, à vérifier, en conflit, ouvert, en cours, limité ou à rectifier, ses mutations, doublons possibles et
/// feuilles à revoir. Chaque ligne dit quelle requête faire, et pourquoi. « Depuis peu » : trente jours.
#[utoipa::path(
    get,
    path = "/v1/moi/a-faire",
    operation_id = "lire_a_faire",
    responses((status = 200, description = "Ce qui attend, la dernière ligne connue d'abord", body = AFaireVue))
)]
async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<AFaireDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireAFaire)?;
    let rubriques = demande.rubrique.map(|rubriques| rubriques.0).unwrap_or_default();
    let bound = format!("a-faire {rubriques:?} {:?}", demande.personne);
    let cadre = Cadre::new(&state.core, contexte.acteur(), &bound);
    let page = pagination::voulue::<Cle>(&cadre, (demande.limite, demande.curseur, None))?;
    let question = Question {
        rubriques,
        personne: demande.personne,
        apres: page.apres.map(|Cle(depuis, objet)| (depuis, objet)),
        limite: usize::try_from(page.limite).unwrap_or_default(),
    };
    let boite = a_faire::read(&state.core, &contexte, &question).await?;
    let comptes = boite.get().comptes.iter().map(CompteRubriqueVue::new).collect();
    let key = |one: &Affaire| Cle(one.depuis, one.objet).to_string();
    let found =
        boite.map(|boite| Tranche::suivie((boite.affaires, None), page.limite, &cadre, key));
    montrer_avec(found, ComptesVue { comptes }, AffaireVue::new)
}
