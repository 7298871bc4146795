//! What a caisse records of a person's life, one address an act.

use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;

use super::demande::{
    AdresseDemande, AnnulationDossierDemande, ChangementIdentifiantDemande,
    ChangementIdentiteDemande, DecesDemande, LeveeLimitationDemande, LimitationDemande,
    OrganismeDemande, RectificationDecesDemande, RectificationIdentifiantDemande,
    RectificationIdentiteDemande, StatutDemande,
};
use super::vue::PatientVue;
use super::{PatientDemande, PatientTrouveVue};
use crate::domain::ids::PatientId;
use crate::domain::patient::UsageIdentifiant;
use crate::domain::vie::DossierPatient;
use crate::http::AppState;
use crate::http::idempotency::rendre;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::{acte, creation};
use crate::services::Rendu;
use crate::services::patients;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change_organisme))
        .routes(routes!(undo_organisme))
        .routes(routes!(take_over))
        .routes(routes!(change_statut))
        .routes(routes!(change_identifiant))
        .routes(routes!(correct_identifiant))
        .routes(routes!(change_identite))
        .routes(routes!(correct_identite))
        .routes(routes!(change_adresse))
        .routes(routes!(record_deces))
        .routes(routes!(correct_deces))
        .routes(routes!(limit_processing))
        .routes(routes!(lift_limitation))
}

/// Names whose caisse changes, to callers who may see nothing more of them.
fn name(
    (patient_id, version): (PatientId, Option<i32>),
    statut: StatusCode,
) -> Result<Rendu, serde_json::Error> {
    rendre(statut, None, version, &PatientTrouveVue { patient_id })
}

/// Renders a person, with their version as ETag.
fn render(dossier: &DossierPatient) -> Result<Rendu, serde_json::Error> {
    rendre(StatusCode::OK, None, Some(dossier.version), &PatientVue::new(dossier))
}

acte! {
    /// Changer de caisse ou de régime
    ///
    /// La désignation continue sans signature ni interruption : elle appartient à la personne. L'ancien
    /// organisme ne lit plus, dès ce jour, que ce qui fut de son temps ; le nouveau, tout. Jusqu'à trois mois à l'avance.
    change_organisme: ChangerOrganisme = "/v1/patients/{id}/changements-d-organisme" (PatientId),
        OrganismeDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::change_organisme(core, demande, vu, (recue.organisme, recue.effet_du), render).await
    }
}

acte! {
    /// Annuler un changement de caisse
    ///
    /// Le dernier, enregistré à tort, par la caisse qui a reçu le patient ou par celle qui l'a envoyé : chacune
    /// retrouve ses jours, et celle qui l'avait reçu n'en lit plus rien.
    undo_organisme: AnnulerOrganisme = "/v1/patients/{id}/changements-d-organisme/annulation" (PatientId),
        AnnulationDossierDemande => 200 PatientTrouveVue "Le patient", [],
    |core, demande, vu, recue| {
        patients::undo_organisme(core, demande, vu, recue.motif, |found| name((found.0, None), StatusCode::OK)).await
    }
}

creation! {
    /// Prendre en charge un patient d'une autre caisse
    ///
    /// Par toute son identité, comme à l'enregistrement, dès « affilie_du » : trois mois à l'avance au plus,
    /// vingt-sept en arrière. Son ancienne caisse en est avertie et le reste jusqu'à la veille ; la désignation
    /// continue. Inconnu ou différent, la réponse est la même.
    take_over: EnregistrerMutation = "/v1/mutations", PatientDemande
        => 201 PatientTrouveVue "Le patient" ("ETag"), ["patient_existant", "trop_d_essais"],
    |core, demande, recue| patients::take_over(core, demande, &recue.into_domain(), |found| {
        name((found.0, Some(found.1)), StatusCode::CREATED)
    }).await
}

acte! {
    /// Changer de statut
    ///
    /// Un statut hors du parcours de soins (AME, passage, sans droits, hors de France) met la désignation en
    /// sommeil ; « ordinaire » la réveille. La déclaration reste.
    change_statut: ChangerStatut = "/v1/patients/{id}/changements-de-statut" (PatientId),
        StatutDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::change_statut(core, demande, vu, (recue.statut, recue.effet_du), render).await
    }
}

acte! {
    /// Changer de numéro
    ///
    /// D'un numéro d'attente à un NIR, ou d'un NIR à un autre : l'ancien fut juste et désigne toujours la
    /// personne. Sans numéro, pour l'usage « ouvrant_droit », le patient devient assuré à titre personnel.
    change_identifiant: ChangerIdentifiant = "/v1/patients/{id}/changements-d-identifiant" (PatientId),
        ChangementIdentifiantDemande => 200 PatientVue "Le patient et ses faits datés", ["patient_existant"],
    |core, demande, vu, recue| {
        let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
        let change = (usage, recue.identifiant, recue.effet_du);
        patients::change_identifiant(core, demande, vu, change, render).await
    }
}

acte! {
    /// Rectifier un numéro
    ///
    /// Le numéro enregistré n'était pas celui de la personne : une version le remplace, avec le motif. Il ne
    /// la désigne plus, sauf pour qui demande ce que le registre savait avant.
    correct_identifiant: RectifierIdentifiant = "/v1/patients/{id}/rectifications-d-identifiant" (PatientId),
        RectificationIdentifiantDemande => 200 PatientVue "Le patient et ses faits datés", ["patient_existant"],
    |core, demande, vu, recue| {
        let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
        let jour = recue.jour.unwrap_or_else(|| core.clock().today());
        let right = (usage, recue.identifiant, jour);
        patients::correct_identifiant(core, demande, vu, right, recue.motif, render).await
    }
}

acte! {
    /// Changer de nom, de prénom ou de sexe
    ///
    /// Les anciens furent justes et restent ceux de leurs jours. Une date de naissance, un rang ne changent pas : ils se
    /// rectifient.
    change_identite: ChangerIdentite = "/v1/patients/{id}/changements-d-identite" (PatientId),
        ChangementIdentiteDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::change_identite(core, demande, vu, recue.into_domain(), render).await
    }
}

acte! {
    /// Rectifier une identité
    ///
    /// Nom, prénom, sexe, date de naissance ou rang étaient faux : une version les remplace aux mêmes jours, avec le motif. Les
    /// âges suivent la naissance, comme la fin de l'autorité parentale, et les feuilles évaluées avant sont à revoir.
    correct_identite: RectifierIdentite = "/v1/patients/{id}/rectifications-d-identite" (PatientId),
        RectificationIdentiteDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        let jour = recue.jour.unwrap_or_else(|| core.clock().today());
        let motif = recue.motif;
        patients::correct_identite(core, demande, vu, (recue.into_domain(), jour), motif, render).await
    }
}

acte! {
    /// Changer d'adresse
    ///
    /// Aucune désignation n'en dépend : il n'y a pas de condition géographique.
    change_adresse: ChangerAdresse = "/v1/patients/{id}/changements-d-adresse" (PatientId),
        AdresseDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::change_adresse(core, demande, vu, recue.into_domain(), render).await
    }
}

acte! {
    /// Enregistrer un décès
    ///
    /// Même connu tard. Le jour du décès est le dernier de la désignation ; celles qui commenceraient après
    /// n'ont jamais pris effet.
    record_deces: DeclarerDeces = "/v1/patients/{id}/deces" (PatientId),
        DecesDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::record_deces(core, demande, vu, (recue.jour, recue.source), render).await
    }
}

acte! {
    /// Rectifier un décès
    ///
    /// Un autre jour, ou aucun décès : la désignation redevient ce que les déclarations disent.
    correct_deces: RectifierDeces = "/v1/patients/{id}/rectifications-de-deces" (PatientId),
        RectificationDecesDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        let jour = recue.jour().map_err(Refus::champs)?;
        patients::correct_deces(core, demande, vu, jour, recue.motif, render).await
    }
}

acte! {
    /// Limiter le traitement
    ///
    /// À la demande de la personne (RGPD, art. 18) : ses données sont gardées et ne servent plus qu'à elle, à ses soins, à leur
    /// remboursement et à la vérification par sa caisse. Le reste est refusé (« traitement_limite »), et rien n'est purgé, jusqu'à la levée.
    limit_processing: LimiterTraitement = "/v1/patients/{id}/limitations" (PatientId),
        LimitationDemande => 200 PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| patients::limit_processing(core, demande, vu, recue.motif, render).await
}

acte! {
    /// Lever une limitation
    ///
    /// Une fois la personne informée qu'elle va l'être.
    lift_limitation: LeverLimitation = "/v1/patients/{id}/limitations/levee" (PatientId),
        LeveeLimitationDemande => 200 PatientVue "Le patient et ses faits datés", ["transition_interdite"],
    |core, demande, vu, recue| {
        patients::lift_limitation(core, demande, vu, recue.personne_informee_le, render).await
    }
}
