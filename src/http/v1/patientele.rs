//! A doctor's own patients.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::designation::MotifFin;
use crate::domain::droits::Demarche;
use crate::domain::identifiers::DateNaissanceAmo;
use crate::domain::ids::{DesignationId, PatientId};
use crate::domain::patient::{Identite, Sexe};
use crate::domain::patientele::NatureMouvement;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Requete};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pagination::{
    self, Cadre, Curseur, JourDemande, Limite, Page, Tranche, montrer, montrer_avec,
};
use crate::http::problem::Refus;
use crate::http::schemas::MotifSnds;
use crate::http::vue::vue;
use crate::services::fil::{self, EvenementLu, Question};
use crate::services::patientele::{self, PatientDuMedecin};

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
type PatienteleVue = Page<PatientDuMedecinVue, JourDemande>;

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
        /// Sexe à l'état civil ; null s'il n'est pas connu.
        sexe: Option<Sexe> = known.sexe,
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
    let question = format!("patients {jour} {:?}", demande.connu_le);
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let page = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<PatientId>(&cadre, page)?;
    let dates = (Some(jour), demande.connu_le);
    let found = patientele::list(&state.core, &contexte, dates, page).await?;
    let key = |one: &PatientDuMedecin| one.patient_id.to_string();
    let found = found.map(|found| Tranche::suivie(found, page.limite, &cadre, key));
    montrer_avec(found, JourDemande { en_vigueur_le: jour }, PatientDuMedecinVue::new)
}

/// Arrivals and departures, as the register came to know them, the oldest first.
type MouvementsVue = Page<MouvementVue>;

/// A movement, as the feed tells it.
pub(crate) struct MouvementDit {
    nature: NatureMouvement,
    patient_id: PatientId,
    jour: NaiveDate,
    motif_fin: Option<MotifFin>,
    enregistre_le: DateTime<Utc>,
}

impl MouvementDit {
    /// That of an event, if it tells one.
    fn of(lu: &EvenementLu) -> Option<Self> {
        let motif = lu.donnees.get("motif_fin").and_then(Value::as_str);
        Some(Self {
            nature: NatureMouvement::de(lu.nature)?,
            patient_id: lu.patient_id?,
            jour: lu.effet_du?,
            motif_fin: motif.and_then(MotifFin::du_mot),
            enregistre_le: lu.enregistre_le,
        })
    }
}

vue! {
    /// Mouvement de patient.
    pub(crate) struct MouvementVue(dit: &MouvementDit) {
        /// Arrivée, départ, ou annulation de l'un ou de l'autre.
        nature: NatureMouvement = dit.nature,
        /// Patient.
        patient_id: PatientId = dit.patient_id,
        /// Premier jour où le médecin est médecin traitant ou, pour un départ, où il ne l'est plus.
        effet_du: NaiveDate = dit.jour,
        /// Motif du départ.
        motif_fin: Option<MotifFin> = dit.motif_fin,
        /// Motif de la table nationale.
        #[schema(value_type = Option<MotifSnds>)]
        motif_fin_snds: Option<&'static str> = dit.motif_fin.and_then(MotifFin::snds),
        /// Le registre le sait depuis cet instant.
        enregistre_le: DateTime<Utc> = dit.enregistre_le,
    }
}

/// Suivre les arrivées et les départs de ses patients
///
/// Ce que le registre a appris depuis un curseur, pour chaque patient dans l'ordre où il l'a appris : un
/// mouvement ancien connu tard vient à sa place de connaissance, avec son jour d'effet. Les appliquer l'un
/// après l'autre donne la patientèle. Ce sont les événements « patientele » de /v1/evenements, avec leur motif.
/// « curseur_reprise » se garde, pour lire plus tard ce qui viendra.
#[utoipa::path(
    get,
    path = "/v1/moi/patients/mouvements",
    operation_id = "suivre_mes_patients",
    responses((status = 200, description = "Les mouvements qui suivent le curseur", body = MouvementsVue)),
    extensions(("x-problemes" = json!(["curseur_perime"])))
)]
async fn movements(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<SuiviDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::SuivreMesPatients)?;
    let question = Question {
        natures: Vec::new(),
        personne: None,
        curseur: demande.curseur.as_ref().map(pagination::sealed).transpose()?,
        limite: pagination::nombre(demande.limite),
        attente: Duration::ZERO,
    };
    let page = fil::read_movements(&state.core, &contexte, &question).await?;
    montrer(
        page.map(|page| pagination::du_fil(page, |lu| MouvementDit::of(&lu))),
        MouvementVue::new,
    )
}
