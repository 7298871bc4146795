//! How the types of the domain appear in the document of the API. The descriptions are read by
//! those who integrate the service: they are in French, and say the same as the parsers.

use serde_json::json;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::lecture::{Entier, Erreurs, Lire, Liste, Matricule, Noeud, Nom, Texte, lire_mot};
use crate::domain::adressage as a;
use crate::domain::conciliation as c;
use crate::domain::creance as cr;
use crate::domain::declaration as d;
use crate::domain::digest::Empreinte;
use crate::domain::evaluation as e;
use crate::domain::feuille_de_soins as f;
use crate::domain::identifiers as i;
use crate::domain::ids as id;
use crate::domain::medecin as m;
use crate::domain::money::{Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;

/// A string with a pattern and an example.
fn text(description: &str, pattern: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern((!pattern.is_empty()).then_some(pattern))
        .examples([json!(example)])
        .into()
}

/// Declares the schema of string types: description, pattern, example.
macro_rules! textes {
    ($($name:ty: $description:literal $pattern:literal $example:literal),+ $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text($description, $pattern, $example)
            }
        }
        impl ToSchema for $name {}
    )+};
}

textes!(
    i::Rpps: "RPPS : onze chiffres, le dernier étant une clé de Luhn." "^[0-9]{11}$" "99900001233",
    i::NumAm: "Numéro de facturation d'un professionnel : neuf caractères." "^[0-9]([0-9]|[AB])[0-9]{7}$" "991999905",
    i::Finess: "Numéro FINESS : neuf caractères." "^[0-9]([0-9]|[ABab])[0-9]{7}$" "990789018",
    i::CommuneExercice: "Commune, code officiel géographique (ni code postal, ni pays)." "^[0-9]([0-9]|[ABab])[0-9]{3}$" "01004",
    i::DateNaissanceAmo: "Date de naissance connue de l'Assurance maladie, AAAA-MM-JJ ; le mois ou le jour peuvent être hors calendrier (date lunaire)." "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" "1972-08-09",
    i::IndicateurParcours: "Indicateur de parcours de soins transmis par le médecin : T, N, R, O, M, D, U, H, J, B, A, S, S1 ou S2." "^(T|N|R|O|M|D|U|H|J|B|A|S|S1|S2)$" "T",
    i::QualiteBeneficiaire: "Qualité du bénéficiaire, un chiffre : 0 assuré, 6 enfant…" "^[0-9]$" "0",
    i::Specialite: "Code de spécialité de l'Assurance maladie, deux chiffres." "^[0-9]{2}$" "01",
    f::Exoneration: "Code justificatif d'exonération : 0, 41 à 46, 50 à 59, 81, 90 à 99." "^[0-9]{1,2}$" "42",
    Empreinte: "Empreinte SHA-256, 64 caractères hexadécimaux." "^[0-9A-Fa-f]{64}$" "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
);

/// Declares the schema of our own ids.
macro_rules! uuids {
    ($($name:ty: $description:literal),+ $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                    .description(Some($description))
                    .examples([json!("0192f0c4-0000-7000-8000-000000000001")])
                    .into()
            }
        }
        impl ToSchema for $name {}
    )+};
}

uuids!(
    id::PatientId: "Identifiant interne d'un patient.",
    id::LieuId: "Identifiant interne d'un lieu d'exercice.",
    id::DeclarationId: "Identifiant d'une déclaration.",
    id::DesignationId: "Identifiant d'une désignation, le même dans toutes ses versions.",
    id::RepresentationId: "Identifiant d'un lien entre un patient et son représentant.",
    id::SignatureId: "Identifiant d'une signature.",
    id::AdressageId: "Identifiant d'un adressage, le même dans toutes ses versions.",
    id::RetourId: "Identifiant d'un retour d'information.",
    id::ConciliationId: "Identifiant d'une conciliation.",
    id::ContactId: "Identifiant d'un contact, le même dans toutes ses versions.",
    id::FeuilleId: "Identifiant d'une feuille de soins.",
    id::OperationId: "Identifiant d'une opération sur un médecin.",
    id::ReevaluationId: "Identifiant d'une réévaluation.",
    id::RecouvrementId: "Identifiant d'un recouvrement.",
    id::AccesId: "Identifiant d'un accès.",
    id::FusionId: "Identifiant d'une fusion de deux dossiers.",
    id::ConflitId: "Identifiant d'un conflit entre désignations.",
    id::RequestId: "Identifiant de corrélation d'une requête.",
);

/// Declares the schema and the reading of closed lists.
macro_rules! listes {
    ($($name:ty),+ $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(<$name>::TOUS.iter().map(|member| member.mot())))
                    .examples(<$name>::TOUS.first().map(|member| json!(member.mot())))
                    .into()
            }
        }
        impl ToSchema for $name {}
        impl Lire for $name {
            fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
                lire_mot(noeud, erreurs)
            }
        }
    )+};
}

listes!(
    crate::services::evaluations::Changement,
    crate::services::instructions::Detail,
    crate::services::instructions::Sort,
    crate::services::instructions::Source,
    a::ActionAdressage,
    a::EtatAdressage,
    a::MotifCloture,
    a::NatureAdressage,
    a::NatureRetour,
    a::UnitePeriodicite,
    c::ActionConciliation,
    c::EtatConciliation,
    c::PartieConciliation,
    c::ReponseMedecin,
    cr::ActionCreance,
    cr::ActionRecouvrement,
    cr::ModeRecouvrement,
    cr::MotifAnnulation,
    cr::SoldeCherche,
    d::Action,
    d::Canal,
    d::Etat,
    d::MoyenSignature,
    d::RoleSignataire,
    crate::domain::fin::MotifDepart,
    crate::http::v1::feuilles_de_soins::lots::FormeReponse,
    crate::http::v1::feuilles_de_soins::lots::ResultatLigne,
    crate::domain::designation::ActionDesignation,
    crate::domain::designation::MotifFin,
    crate::domain::representation::FinRepresentation,
    crate::domain::representation::NatureRepresentation,
    crate::domain::representation::PreuveRepresentation,
    e::Appartenance,
    e::Avertissement,
    e::Classe2013,
    e::CodeDetermine,
    e::Fait,
    e::NatureCreance,
    e::RelationMt,
    f::Complementaire,
    f::Convention,
    f::DeclarationMt,
    f::ModeSecurisation,
    f::MotifExclusion,
    f::NatureAssurance,
    f::Nomenclature,
    f::OptionTarifaire,
    f::OriginePrescription,
    f::QualificatifDepense,
    f::RegimeLocal,
    f::SituationParticuliere,
    f::Support,
    f::TypeLieu,
    crate::domain::operation::ActionOperation,
    crate::domain::operation::EtatOperation,
    crate::domain::operation::NatureOperation,
    crate::domain::patientele::NatureMouvement,
    crate::domain::reevaluation::ActionReevaluation,
    crate::domain::reevaluation::EtatReevaluation,
    crate::domain::a_revoir::MotifRevue,
    crate::domain::reevaluation::MotifReevaluation,
    m::ModeExercice,
    m::NatureLieu,
    crate::domain::patient::UsageIdentifiant,
    crate::domain::vie::ActionPatient,
    crate::domain::vie::MotifRectification,
    crate::domain::vie::SourceDeces,
    crate::domain::vie::fusion::Difference,
    crate::domain::vie::fusion::EtatConflit,
    crate::domain::vie::sommeil::StatutPatient,
    crate::domain::droits::Portee,
);

/// `{"type": …, "valeur": …}`.
fn type_valeur(description: &str, types: &[&str], example: serde_json::Value) -> RefOr<Schema> {
    let kind = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Type du numéro."))
        .enum_values(Some(types.to_vec()));
    let number = ObjectBuilder::new().schema_type(Type::String).description(Some("Numéro."));
    ObjectBuilder::new()
        .description(Some(description))
        .property("type", kind)
        .property("valeur", number)
        .required("type")
        .required("valeur")
        .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)))
        .examples([example])
        .into()
}

impl PartialSchema for i::IdentifiantPersonne {
    fn schema() -> RefOr<Schema> {
        type_valeur(
            "Numéro d'une personne, avec son type : le type n'est jamais deviné.",
            &Self::TYPES,
            json!({ "type": "nir", "valeur": "172080100199557" }),
        )
    }
}
impl ToSchema for i::IdentifiantPersonne {}

impl PartialSchema for i::NumeroFacturation {
    fn schema() -> RefOr<Schema> {
        type_valeur(
            "Numéro sous lequel la feuille est facturée, avec son type.",
            &Self::TYPES,
            json!({ "type": "num_am", "valeur": "991999905" }),
        )
    }
}
impl ToSchema for i::NumeroFacturation {}

impl PartialSchema for i::Organisme {
    fn schema() -> RefOr<Schema> {
        let part = |length: usize, description: &str| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some(description))
                .pattern(Some(format!("^[0-9]{{{length}}}$")))
        };
        ObjectBuilder::new()
            .description(Some("Organisme de rattachement : régime, caisse et centre."))
            .property("regime", part(2, "Régime, deux chiffres."))
            .property("caisse", part(3, "Caisse, trois chiffres."))
            .property("centre", part(4, "Centre, quatre chiffres."))
            .required("regime")
            .required("caisse")
            .required("centre")
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(
                false,
            )))
            .examples([json!({ "regime": "01", "caisse": "131", "centre": "0000" })])
            .into()
    }
}
impl ToSchema for i::Organisme {}

impl PartialSchema for i::RangGemellaire {
    fn schema() -> RefOr<Schema> {
        Entier::<1, 9>::schema()
    }
}
impl ToSchema for i::RangGemellaire {}

impl PartialSchema for Centimes {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .description(Some("Montant entier, en centimes d'euro."))
            .minimum(Some(0))
            .examples([json!(3000)])
            .into()
    }
}
impl ToSchema for Centimes {}

/// An amount that is read: see the limit of its reader.
pub(crate) fn centimes_demande() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some("Montant entier, en centimes d'euro, d'un million d'euros au plus."))
        .minimum(Some(0))
        .maximum(isize::try_from(Centimes::LINE_MAX.get()).ok())
        .examples([json!(3000)])
        .into()
}

impl PartialSchema for Taux {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some("Taux en dix-millièmes : 7000 vaut 70 %."))
            .minimum(Some(0))
            .maximum(Some(10_000))
            .examples([json!(7000)])
            .into()
    }
}
impl ToSchema for Taux {}

impl<const MIN: i64, const MAX: i64> PartialSchema for Entier<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(isize::try_from(MIN).unwrap_or(isize::MIN)))
            .maximum(Some(isize::try_from(MAX).unwrap_or(isize::MAX)))
            .examples([json!(MIN)])
            .into()
    }
}
impl<const MIN: i64, const MAX: i64> ToSchema for Entier<MIN, MAX> {}

impl<const MIN: usize, const MAX: usize> PartialSchema for Texte<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(MIN))
            .max_length(Some(MAX))
            .into()
    }
}
impl<const MIN: usize, const MAX: usize> ToSchema for Texte<MIN, MAX> {}

impl<const MAX: usize> PartialSchema for Nom<MAX> {
    fn schema() -> RefOr<Schema> {
        Texte::<1, MAX>::schema()
    }
}
impl<const MAX: usize> ToSchema for Nom<MAX> {}

impl PartialSchema for Matricule {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).into()
    }
}
impl ToSchema for Matricule {}

impl<T: ToSchema, const MIN: usize, const MAX: usize> PartialSchema for Liste<T, MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let array: Array = ArrayBuilder::new()
            .items(utoipa::openapi::Ref::from_schema_name(T::name()))
            .min_items(Some(MIN))
            .max_items(Some(MAX))
            .build();
        RefOr::T(Schema::Array(array))
    }
}
impl<T: ToSchema, const MIN: usize, const MAX: usize> ToSchema for Liste<T, MIN, MAX> {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
