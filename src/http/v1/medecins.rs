//! Doctors and their places of practice.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::fait_date::FaitDate;
use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{CommuneExercice, Finess, NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::LieuId;
use crate::domain::medecin::{
    CorrectionExercice, CorrectionMedecin, Exercice, Lieu, LieuExistantOuNouveau, ModeExercice,
    NatureCorrection, NatureLieu, NomMedecin, NouveauLieu, NouveauMedecin, NouvelExercice,
};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin};
use crate::http::idempotency::{Anonymous, json as respond_json, rendre};
use crate::http::lecture::{Lire, Liste, Noeud, Nom, Objet, Texte, lecture};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::creation;
use crate::http::vue::vue;
use crate::services::medecins::MedecinLu;
use crate::services::{fiches, medecins};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(get)).routes(routes!(correct))
}

/// At least one practice.
type ExercicesDemande = Liste<ExerciceDemande, 1, 10>;

lecture! {
    /// Médecin à enregistrer.
    #[schema(example = json!({
        "rpps": "99900007099", "nom": "ESSAI-PONS", "prenom": "JEANNE", "specialite": "01",
        "exercices": [{
            "du": "2015-09-01", "mode": "liberal", "principal": true, "convention": "secteur_1",
            "lieu": { "nature": "cabinet", "nom": "Cabinet du Parc", "commune": "01004",
                      "adresse": "12 rue du Parc" }
        }]
    }))]
    pub(crate) struct MedecinDemande {
        /// RPPS.
        rpps: Rpps,
        /// Nom d'exercice.
        nom: Nom<80>,
        /// Prénom d'exercice.
        prenom: Nom<80>,
        /// Spécialité, d'un médecin.
        specialite: Specialite,
        /// Exercices, un par lieu.
        exercices: ExercicesDemande,
    }

    /// Exercice d'un médecin à un lieu.
    pub(crate) struct ExerciceDemande {
        /// Premier jour.
        du: NaiveDate,
        /// Lieu existant, par son identifiant, ou nouveau lieu.
        lieu: LieuExerciceDemande,
        /// Mode d'exercice.
        mode: ModeExercice,
        /// Exercice principal, ou cabinet secondaire.
        principal: bool,
        /// Convention.
        convention: Convention,
        /// Option tarifaire.
        option_tarifaire: Option<OptionTarifaire>,
        /// Numéro sous lequel les soins y sont facturés.
        numero_facturation: Option<NumeroFacturation>,
    }
}

lecture! {
    /// Ce que le registre doit dire d'un médecin. Ce qui est absent reste.
    #[schema(example = json!({ "nature": "rectification", "jour": "2025-06-16", "prenom": "CAMILLE" }))]
    pub(crate) struct CorrectionMedecinDemande {
        /// Changement à partir d'un jour, ou rectification de ce qui était faux.
        nature: NatureCorrection,
        /// Premier jour du changement, ou un jour de ce qui était faux.
        jour: NaiveDate,
        /// Nom d'exercice.
        nom: Option<Nom<80>>,
        /// Prénom d'exercice.
        prenom: Option<Nom<80>>,
        /// Exercice à changer ou à rectifier.
        exercice: Option<CorrectionExerciceDemande>,
        /// Exercice secondaire qui commence.
        nouvel_exercice: Option<ExerciceDemande>,
    }

    /// Exercice à changer ou à rectifier, à un lieu.
    pub(crate) struct CorrectionExerciceDemande {
        /// Lieu où le médecin exerce ce jour.
        lieu_id: LieuId,
        /// Mode d'exercice.
        mode: Option<ModeExercice>,
        /// true : il devient le principal, et l'autre ne l'est plus.
        principal: Option<bool>,
        /// Convention.
        convention: Option<Convention>,
        /// Option tarifaire.
        option_tarifaire: Option<OptionTarifaire>,
        /// Numéro sous lequel les soins y sont facturés.
        numero_facturation: Option<NumeroFacturation>,
        /// true : cet exercice secondaire cesse ce jour.
        termine: Option<bool>,
    }
}

impl CorrectionMedecinDemande {
    fn into_domain(self) -> CorrectionMedecin {
        let exercice = self.exercice.map(|wanted| CorrectionExercice {
            lieu_id: wanted.lieu_id,
            mode: wanted.mode,
            principal: wanted.principal,
            convention: wanted.convention,
            option_tarifaire: wanted.option_tarifaire,
            facturation: wanted.numero_facturation,
            termine: wanted.termine.unwrap_or_default(),
        });
        CorrectionMedecin {
            nature: self.nature,
            jour: self.jour,
            nom: self.nom.map(|nom| nom.0),
            prenom: self.prenom.map(|nom| nom.0),
            exercice,
            nouvel_exercice: self.nouvel_exercice.and_then(ExerciceDemande::into_domain),
        }
    }
}

/// Lieu existant (« id » seul) ou nouveau (les autres champs).
#[derive(Debug, ToSchema)]
pub(crate) struct LieuExerciceDemande {
    /// Identifiant d'un lieu enregistré.
    id: Option<LieuId>,
    /// Nature.
    nature: Option<NatureLieu>,
    /// Nom.
    #[schema(value_type = Option<String>, max_length = 120)]
    nom: Option<Nom<120>>,
    /// Commune.
    commune: Option<CommuneExercice>,
    /// Adresse.
    #[schema(value_type = Option<String>, max_length = 200)]
    adresse: Option<Texte<1, 200>>,
    /// FINESS géographique.
    finess_et: Option<Finess>,
}

impl Lire for LieuExerciceDemande {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut crate::http::lecture::Erreurs) -> Option<Self> {
        let mut objet = Objet::of(noeud, erreurs)?;
        let id = objet.membre("id", erreurs);
        if let Some(Some(_)) = id {
            objet.fin(&["id"], erreurs);
            return Some(Self {
                id: id?,
                nature: None,
                nom: None,
                commune: None,
                adresse: None,
                finess_et: None,
            });
        }
        let nature = objet.membre("nature", erreurs);
        let nom = objet.membre("nom", erreurs);
        let commune = objet.membre("commune", erreurs);
        let adresse = objet.membre("adresse", erreurs);
        let finess_et = objet.membre("finess_et", erreurs);
        objet.fin(&["id", "nature", "nom", "commune", "adresse", "finess_et"], erreurs);
        Some(Self {
            id: id?,
            nature: Some(nature?),
            nom: Some(nom?),
            commune: Some(commune?),
            adresse: Some(adresse?),
            finess_et: finess_et?,
        })
    }
}

impl MedecinDemande {
    fn into_domain(self) -> NouveauMedecin {
        let exercices = self.exercices.0.into_iter().filter_map(ExerciceDemande::into_domain);
        NouveauMedecin {
            rpps: self.rpps,
            nom: NomMedecin { nom: self.nom.0, prenom: self.prenom.0 },
            specialite: self.specialite,
            exercices: exercices.collect(),
        }
    }
}

impl ExerciceDemande {
    /// The practice to register.
    pub(super) fn into_domain(self) -> Option<NouvelExercice> {
        Some(NouvelExercice {
            du: self.du,
            lieu: self.lieu.into_domain()?,
            mode: self.mode,
            principal: self.principal,
            convention: Some(self.convention),
            option_tarifaire: self.option_tarifaire.unwrap_or(OptionTarifaire::Aucune),
            facturation: self.numero_facturation,
        })
    }
}

impl LieuExerciceDemande {
    pub(super) fn into_domain(self) -> Option<LieuExistantOuNouveau> {
        if let Some(id) = self.id {
            return Some(LieuExistantOuNouveau::Existant(id));
        }
        Some(LieuExistantOuNouveau::Nouveau(NouveauLieu {
            nature: self.nature?,
            nom: self.nom?.0,
            commune: self.commune?,
            adresse: self.adresse?.0,
            finess_et: self.finess_et,
        }))
    }
}

vue! {
    /// Médecin, avec ses faits datés.
    pub(crate) struct MedecinVue(lu: &MedecinLu) {
        let (medecin, accueil) = lu;

        /// RPPS.
        rpps: Rpps = medecin.rpps,
        /// Noms.
        noms: Vec<NomVue> = medecin.noms.iter().map(NomVue::new).collect(),
        /// Spécialités.
        specialites: Vec<SpecialiteVue> =
            medecin.specialites.iter().map(SpecialiteVue::new).collect(),
        /// Exercices.
        exercices: Vec<ExerciceVue> = medecin.exercices.iter().map(ExerciceVue::new).collect(),
        /// Ce qu'il dit des nouveaux patients, par premier jour.
        nouveaux_patients: Vec<AccueilVue> = accueil.iter().map(AccueilVue::new).collect(),
    }
}

impl Anonymous for MedecinVue {}

vue! {
    /// Nom d'exercice, pendant une période.
    pub(crate) struct NomVue(fait: &FaitDate<NomMedecin>) {
        /// Nom.
        #[schema(example = "ESSAI-MARTIN")]
        nom: String = fait.valeur.nom.clone(),
        /// Prénom.
        #[schema(example = "CAMILLE")]
        prenom: String = fait.valeur.prenom.clone(),
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }

    /// Spécialité, pendant une période.
    pub(crate) struct SpecialiteVue(fait: &FaitDate<Specialite>) {
        /// Code.
        code: Specialite = fait.valeur,
        /// En clair.
        #[schema(example = "médecine générale")]
        libelle: &'static str = fait.valeur.libelle(),
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }
}

vue! {
    /// Exercice à un lieu, pendant une période.
    pub(crate) struct ExerciceVue(fait: &FaitDate<Exercice>) {
        let valeur = &fait.valeur;

        /// Lieu.
        lieu: LieuExerciceVue = LieuExerciceVue::new(&valeur.lieu),
        /// Mode d'exercice.
        mode: ModeExercice = valeur.mode,
        /// Exercice principal, ou cabinet secondaire.
        principal: bool = valeur.principal,
        /// Convention ; null quand seul l'Annuaire Santé dit cet exercice.
        convention: Option<Convention> = valeur.convention,
        /// Option tarifaire.
        option_tarifaire: OptionTarifaire = valeur.option_tarifaire,
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }

    /// Lieu d'exercice.
    pub(crate) struct LieuExerciceVue(lieu: &Lieu) {
        /// Identifiant.
        id: LieuId = lieu.id,
        /// Nature.
        nature: NatureLieu = lieu.nature,
        /// Nom.
        #[schema(example = "Cabinet des Tilleuls")]
        nom: String = lieu.nom.clone(),
        /// Commune.
        commune: CommuneExercice = lieu.commune,
        /// Adresse.
        #[schema(example = "3 place des Tilleuls")]
        adresse: String = lieu.adresse.clone(),
        /// FINESS géographique.
        finess_et: Option<Finess> = lieu.finess_et,
    }

    /// Ce qu'un médecin dit des nouveaux patients, pendant une période.
    pub(crate) struct AccueilVue(fait: &FaitDate<bool>) {
        /// Il en accepte.
        accepte: bool = fait.valeur,
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }
}

creation! {
    /// Enregistrer un médecin
    ///
    /// Une caisse enregistre un médecin et les lieux où il exerce. La spécialité doit être celle d'un
    /// médecin : un dentiste ou une sage-femme ne peut pas être désigné. Chaque jour, dès le premier, un
    /// exercice et un seul est le principal.
    create: EnregistrerMedecin = "/v1/medecins", MedecinDemande
        => 201 MedecinVue "Médecin enregistré" ("Location"), ["medecin_existant", "facturation_existante"],
    |core, demande, recue| medecins::create(core, demande, &recue.into_domain(), |medecin| {
        let location = format!("/v1/medecins/{}", medecin.0.rpps);
        rendre(StatusCode::CREATED, Some(location), None, &MedecinVue::new(medecin))
    }).await
}

creation! {
    /// Changer ou rectifier la fiche d'un médecin
    ///
    /// Nom, convention, option, exercice secondaire : un changement compte à partir d'un jour, une rectification prend la
    /// place de ce qui était faux. Les feuilles que ce médecin a exécutées ces jours-là sont à revoir. Un départ, un
    /// déménagement, une spécialité sont des opérations.
    correct: CorrigerMedecin = "/v1/medecins/{rpps}/corrections" (rpps: Rpps), CorrectionMedecinDemande
        => 200 MedecinVue "Le médecin et ses faits datés", [],
    |core, demande, recue| fiches::correct(core, demande, &rpps, &recue.into_domain(), |medecin| {
        rendre(StatusCode::OK, None, None, &MedecinVue::new(medecin))
    }).await
}

/// Lire un médecin
///
/// L'annuaire est public : tout appelant authentifié le lit.
#[utoipa::path(
    get,
    path = "/v1/medecins/{rpps}",
    operation_id = "lire_medecin",
    responses((status = 200, description = "Le médecin et ses faits datés", body = MedecinVue))
)]
async fn get(
    State(state): State<AppState>,
    _appel: Appel,
    Chemin(rpps): Chemin<Rpps>,
) -> Result<Response, Refus> {
    let medecin = medecins::get(&state.core, &rpps).await?;
    respond_json(&MedecinVue::new(&medecin))
}
