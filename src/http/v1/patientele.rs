//! A doctor's own patients.

use std::fmt;
use std::str::FromStr;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use crate::domain::designation::MotifFin;
use crate::domain::droits::Demarche;
use crate::domain::identifiers::DateNaissanceAmo;
use crate::domain::ids::{DesignationId, FaitId, PatientId};
use crate::domain::patient::Identite;
use crate::domain::patientele::NatureMouvement;
use crate::http::AppState;
use crate::http::extract::{Appel, Requete};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pagination::{
    self, Curseur, JourDeLaListe, Limite, Page, Tranche, montrer, montrer_avec,
};
use crate::http::problem::Refus;
use crate::http::schemas::MotifSnds;
use crate::http::vue::vue;
use crate::services::patientele;
use crate::services::patientele::{MouvementConnu, PatientDuMedecin, PlaceMouvement};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(movements))
}

lecture! {
    struct PatienteleDemande {
        /// Patients de ce jour ; aujourd'hui par défaut.
        en_vigueur_le: Option<NaiveDate>,
        /// Tel que connu à cet instant ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
        /// Nombre de patients par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        avec_total: Option<bool>,
    }

    struct SuiviDemande {
        /// Nombre de mouvements par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la dernière lecture ; absent, tout depuis le début.
        curseur: Option<Curseur>,
    }
}

/// The patients of a doctor on a day, in a stable order.
type PatienteleVue = Page<PatientDuMedecinVue, JourDeLaListe>;

vue! {
    /// Patient du médecin.
    pub(crate) struct PatientDuMedecinVue(patient: &PatientDuMedecin) {
        /// Patient.
        patient_id: PatientId = patient.patient_id,
        /// Désignation en vigueur ce jour.
        designation_id: DesignationId = patient.designation_id,
        /// Premier jour où le médecin est médecin traitant.
        effet_du: NaiveDate = patient.effet.du(),
        /// Premier jour où il ne l'est plus, ou null.
        effet_au: Option<NaiveDate> = patient.effet.au(),
        /// Identité ; null pour une personne dont il n'est plus médecin traitant aujourd'hui.
        identite: Option<IdentiteDuPatientVue> =
            patient.identite.as_ref().map(IdentiteDuPatientVue::new),
    }

    /// Identité d'un patient, pour son médecin traitant.
    pub(crate) struct IdentiteDuPatientVue(known: &Identite) {
        /// Nom.
        #[schema(example = "ESSAI-COLIN")]
        nom: String = known.nom.clone(),
        /// Prénom.
        #[schema(example = "BERNARD")]
        prenom: String = known.prenom.clone(),
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo = known.date_naissance,
    }
}

/// Lire la liste de ses patients
///
/// Les patients dont le médecin est médecin traitant un jour donné, tel que connu à un instant donné,
/// page par page. L'identité n'est montrée que pour ceux dont il est médecin traitant aujourd'hui ;
/// chaque patient montré peut lire que sa fiche a été lue.
#[utoipa::path(
    get,
    path = "/v1/moi/patients",
    operation_id = "lister_mes_patients",
    responses((status = 200, description = "Une page de patients", body = PatienteleVue))
)]
async fn list(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<PatienteleDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerMesPatients)?;
    let jour = demande.en_vigueur_le.unwrap_or_else(|| state.core.clock().today());
    let question = format!("patients {} {jour} {:?}", contexte.acteur().cle(), demande.connu_le);
    let page = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<PatientId>(&question, page)?;
    let dates = (Some(jour), demande.connu_le);
    let found = patientele::list(&state.core, &contexte, dates, page).await?;
    let key = |one: &PatientDuMedecin| one.patient_id.to_string();
    let found = found.map(|found| Tranche::suivie(found, page.limite, &question, key));
    montrer_avec(found, JourDeLaListe { en_vigueur_le: jour }, PatientDuMedecinVue::new)
}

/// Arrivals and departures, as the register came to know them, the oldest first.
type MouvementsVue = Page<MouvementVue>;

vue! {
    /// Mouvement de patient.
    pub(crate) struct MouvementVue(known: &MouvementConnu) {
        /// Arrivée, départ, ou annulation de l'un ou de l'autre.
        nature: NatureMouvement = known.nature,
        /// Patient.
        patient_id: PatientId = known.patient_id,
        /// Premier jour où le médecin est médecin traitant ou, pour un départ, où il ne l'est plus.
        effet_du: NaiveDate = known.jour,
        /// Motif du départ.
        motif_fin: Option<MotifFin> = known.motif_fin,
        /// Motif de la table nationale.
        #[schema(value_type = Option<MotifSnds>)]
        motif_fin_snds: Option<&'static str> = known.motif_fin.and_then(MotifFin::snds),
        /// Le registre le sait depuis cet instant.
        enregistre_le: DateTime<Utc> = known.enregistre_le,
    }
}

/// A place of the feed, as a cursor writes it.
struct Cle(PlaceMouvement);

impl fmt::Display for Cle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.transaction, self.0.id)
    }
}

impl FromStr for Cle {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (transaction, id) = text.split_once(':').ok_or(())?;
        Ok(Self(PlaceMouvement {
            transaction: transaction.parse().map_err(|_not_a_number| ())?,
            id: id.parse::<FaitId>().map_err(|_not_an_id| ())?,
        }))
    }
}

/// Suivre les arrivées et les départs de ses patients
///
/// Ce que le registre a appris depuis un curseur, dans l'ordre où il l'a appris : un mouvement ancien
/// connu tard vient à sa place de connaissance, avec son jour d'effet. Rien n'est perdu ni donné deux
/// fois. Un mouvement très récent peut attendre la fin d'écritures commencées avant lui. « curseur_reprise » se
/// garde, pour lire plus tard ce qui viendra.
#[utoipa::path(
    get,
    path = "/v1/moi/patients/mouvements",
    operation_id = "suivre_mes_patients",
    responses((status = 200, description = "Les mouvements qui suivent le curseur", body = MouvementsVue))
)]
async fn movements(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<SuiviDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::SuivreMesPatients)?;
    let question = format!("mouvements {}", contexte.acteur().cle());
    let page = pagination::voulue::<Cle>(&question, (demande.limite, demande.curseur, None))?;
    let (apres, limite) = (page.apres.map(|cle| cle.0), page.limite);
    let found = patientele::follow(&state.core, &contexte, apres, limite).await?;
    let key = |known: &MouvementConnu| Cle(known.place).to_string();
    let found = found.map(|found| {
        let mut shown = Tranche::suivie((found, None), limite, &question, key);
        let last = shown.donnees.last().map(|known| known.place).or(apres);
        shown.reprise = last.map(|place| pagination::ecrire(&question, &Cle(place).to_string()));
        shown
    });
    montrer(found, MouvementVue::new)
}
