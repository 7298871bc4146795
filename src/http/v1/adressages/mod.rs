//! Referrals: established, corrected, closed, annulled, reported on, read.

mod demande;
mod vue;

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

pub(super) use self::demande::CorpsVideDemande;
use self::demande::{
    AdressageDemande, ClotureAdressageDemande, RectificationAdressageDemande, RetourDemande,
};
use self::vue::{AdressageVue, AdressagesVue};
use crate::domain::ids::{AdressageId, PatientId};
use crate::http::AppState;
use crate::http::extract::{Chemin, Requete};
use crate::http::idempotency::{rendre, show, show_version};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::{acte, consultation, creation};
use crate::services::Rendu;
use crate::services::adressages;
use crate::services::adressages::AdressageLu;
use crate::services::medecins_traitants::Dates;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(report))
        .routes(routes!(correct))
        .routes(routes!(close))
        .routes(routes!(cancel))
}

lecture! {
    /// Les deux dates d'une liste d'adressages.
    struct DatesAdressages {
        /// En vigueur ce jour ; tous par défaut.
        en_vigueur_le: Option<NaiveDate>,
        /// Tels que connus à cet instant ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
    }
}

/// Renders a referral, with its version as ETag.
fn render(statut: StatusCode) -> impl Fn(&AdressageLu) -> Result<Rendu, serde_json::Error> {
    move |lu| {
        let location =
            (statut == StatusCode::CREATED).then(|| format!("/v1/adressages/{}", lu.adressage.id));
        rendre(statut, location, Some(lu.adressage.version), &AdressageVue::new(lu))
    }
}

creation! {
    /// Adresser un patient à un correspondant
    ///
    /// Le médecin traitant de ce jour, seul ou conjoint, demande un avis ponctuel, convient d'un plan de
    /// soins, organise une séquence ou établit un protocole d'affection de longue durée. Son remplaçant ne
    /// le peut pas. Un avis ponctuel dure au plus le délai de la convention ; un protocole, sa durée la
    /// plus longue ; les autres, leur propre période.
    create: EtablirAdressage = "/v1/patients/{id}/adressages" (patient: PatientId),
        AdressageDemande => 201 AdressageVue "L'adressage" ("Location"), ["parametre_inconnu"],
    |core, demande, recue| {
        let nouveau = recue.into_domain().map_err(Refus::champs)?;
        adressages::create(core, demande, patient, nouveau, render(StatusCode::CREATED)).await
    }
}

consultation! {
    /// Lire les adressages d'un patient
    ///
    /// Tous, ou ceux qui sont en vigueur un jour donné, tels que connus à un instant donné. Le médecin
    /// traitant les lit tous ; un autre médecin, ceux qu'il a établis et ceux qui le nomment.
    list: ListerAdressages = "/v1/patients/{id}/adressages"
        => AdressagesVue "Les adressages, par premier jour", [],
    (core, contexte, Chemin(patient): Chemin<PatientId>, Requete(dates): Requete<DatesAdressages>) {
        let dates = Dates { en_vigueur_le: dates.en_vigueur_le, connu_le: dates.connu_le };
        let found = adressages::list(core, contexte, patient, dates).await?;
        show(&found.map(|found| AdressagesVue::new(&found)))
    }
}

consultation! {
    /// Lire un adressage
    ///
    /// Le médecin d'une spécialité à laquelle le patient est adressé le lit par l'identifiant que porte la
    /// lettre.
    get: LireAdressage = "/v1/adressages/{id}" => AdressageVue "L'adressage", [],
    (core, contexte, Chemin(id): Chemin<AdressageId>) {
        let lu = adressages::get(core, contexte, id).await?;
        let version = lu.get().adressage.version;
        show_version(&lu.map(|lu| AdressageVue::new(&lu)), version)
    }
}

acte! {
    /// Rendre compte au médecin traitant
    ///
    /// Le correspondant dit quel jour il a soigné le patient et où se trouve le document transmis. Les
    /// conclusions d'un avis ponctuel l'achèvent : il ne couvre plus les jours suivants.
    report: RendreCompteAdressage = "/v1/adressages/{id}/retours" (AdressageId),
        RetourDemande => 200 AdressageVue "L'adressage et ses retours", ["transition_interdite"],
    |core, demande, vu, recue| {
        adressages::report(core, demande, vu, recue.into_domain(), render(StatusCode::OK)).await
    }
}

acte! {
    /// Corriger un adressage
    ///
    /// Son auteur donne le contenu exact, qui remplace le précédent ; l'histoire garde les deux. Un
    /// adressage clos par erreur est ainsi rouvert.
    correct: RectifierAdressage = "/v1/adressages/{id}/rectifications" (AdressageId),
        RectificationAdressageDemande => 200 AdressageVue "L'adressage corrigé", ["transition_interdite", "parametre_inconnu"],
    |core, demande, vu, recue| {
        let contenu = recue.into_domain().map_err(Refus::champs)?;
        adressages::correct(core, demande, vu, contenu, render(StatusCode::OK)).await
    }
}

acte! {
    /// Clore un adressage avant sa fin
    ///
    /// Par son auteur, ou par le médecin traitant d'aujourd'hui. Les soins déjà donnés restent couverts.
    close: CloreAdressage = "/v1/adressages/{id}/cloture" (AdressageId),
        ClotureAdressageDemande => 200 AdressageVue "L'adressage clos", ["transition_interdite"],
    |core, demande, vu, recue| {
        adressages::close(core, demande, vu, recue.into_domain(), render(StatusCode::OK)).await
    }
}

acte! {
    /// Annuler un adressage établi par erreur
    ///
    /// Par son auteur. Il n'a jamais couvert aucun soin ; l'histoire garde qu'il a été écrit.
    cancel: AnnulerAdressage = "/v1/adressages/{id}/annulation" (AdressageId),
        CorpsVideDemande => 200 AdressageVue "L'adressage annulé", ["transition_interdite"],
    |core, demande, vu, _recue| adressages::cancel(core, demande, vu, render(StatusCode::OK)).await
}
