//! How the types of the domain appear in the document of the API, for those who integrate it: in French, as the parsers say.

mod exoneration;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, Ref, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::champs::codes;
use super::lecture::{
    Entier, Erreurs, Jws, Lire, Liste, Matricule, Noeud, Nom, Oid, Reference, Texte, lire_mot,
};
use super::pagination::Curseur;
use super::problem::Code;
use crate::domain::acteur::Role;
use crate::domain::digest::Empreinte;
use crate::domain::droits::{Demarche, ESSAI_INFRUCTUEUX};
use crate::domain::identifiers::{self as i, Organisme, RangGemellaire};
use crate::domain::money::{Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;
use crate::domain::{
    adressage as a, conciliation as c, creance as cr, declaration as d, evaluation as e,
    feuille_de_soins as f, ids as id, medecin as m, rectification as r,
};

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

// Blanks may stand between the groups of a number that is sent; none does in an answer.
textes!(
    i::Rpps: "RPPS : onze chiffres, le dernier étant une clé de Luhn." "^(\\s*[0-9]){11}\\s*$" "99900001233",
    i::NumAm: "Numéro de facturation d'un professionnel : neuf caractères." "^\\s*[0-9]\\s*[0-9ABab](\\s*[0-9]){7}\\s*$" "991999905",
    i::Finess: "Numéro FINESS : neuf caractères." "^\\s*[0-9]\\s*[0-9ABab](\\s*[0-9]){7}\\s*$" "990789018",
    i::CommuneExercice: "Commune, code officiel géographique (ni code postal, ni pays)." "^\\s*[0-9]\\s*[0-9ABab](\\s*[0-9]){3}\\s*$" "01004",
    i::DateNaissanceAmo: "Date de naissance connue de l'Assurance maladie, AAAA-MM-JJ ; le mois ou le jour peuvent être hors calendrier (date lunaire)." "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" "1972-08-09",
    i::IndicateurParcours: "Indicateur de parcours de soins transmis par le médecin : T, N, R, O, M, D, U, H, J, B, A, S, S1 ou S2." "^(T|N|R|O|M|D|U|H|J|B|A|S|S1|S2)$" "T",
    i::QualiteBeneficiaire: "Qualité du bénéficiaire, un chiffre : 0 assuré, 6 enfant…" "^[0-9]$" "0",
    d::NumeroDeclaration: "Numéro public d'une déclaration." "" "MT-7Q4K-9D2M-XK5C",
    i::Specialite: "Code de spécialité de l'Assurance maladie, deux chiffres." "^[0-9]{2}$" "01",
    crate::domain::visite::Visite: "Visite d'une personne, ouverte à un médecin pour deux heures." "^[0-9a-f-]{36}\\.[0-9]+\\.[0-9a-f]{32}$" "0192f0c4-0000-7000-8000-000000000001.1750075200.9f86d081884c7d659a2feaa0c55ad015",
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
    id::SimulationId: "Identifiant d'une simulation de réforme.",
    id::RecouvrementId: "Identifiant d'un recouvrement.",
    id::RectificationId: "Identifiant d'une demande de rectification.",
    id::RepriseId: "Identifiant d'une reprise.",
    id::CourriersId: "Identifiant de courriers demandés.",
    id::ExportId: "Identifiant d'un export.",
    id::AccesId: "Identifiant d'un accès.",
    id::AbonnementId: "Identifiant d'un abonnement.",
    id::EvenementId: "Identifiant d'un événement.",
    id::FusionId: "Identifiant d'une fusion de deux dossiers.",
    id::ConflitId: "Identifiant d'un conflit entre désignations.",
    id::RequestId: "Identifiant de corrélation d'une requête.",
);

/// Declares the schema of words that are no closed list of the domain: its name, what it is, the words.
macro_rules! mots {
    ($($(#[$doc:meta])* $name:ident: $description:literal $words:expr),+ $(,)?) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($description))
                    .enum_values(Some($words))
                    .into()
            }
        }
        impl ToSchema for $name {}
    )+};
}

/// A file that is answered as it is: bytes, not a text.
pub(crate) struct Fichier;

impl PartialSchema for Fichier {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .description(Some("Un fichier."))
            .into()
    }
}
impl ToSchema for Fichier {}

mots!(
    /// The codes of refused fields.
    CodeChamp: "Code d'un champ ou d'un paramètre refusé ; chacun est expliqué sous /docs/problemes." codes().map(|(code, _)| code),
    /// The codes of problems.
    CodeProbleme: "Code d'un refus ; chacun est expliqué sous /docs/problemes." Code::ALL.iter().map(|code| code.as_str()),
    /// The roles of callers, as [`crate::domain::acteur::Acteur`] says them.
    RoleAppelant: "Rôle d'un appelant." Role::TOUS.iter().map(|one| one.mot()),
    /// What a person reads in their traces.
    OperationTracee: "Ce qui a été fait du dossier." Demarche::TOUTES.iter().filter_map(|one| one.trace()).chain([ESSAI_INFRUCTUEUX]).collect::<BTreeSet<_>>(),
    /// What may be done of a merge.
    ActionFusion: "Ce que l'appelant peut faire d'une fusion." ["annuler"],
    /// What may be done of a conflict.
    ActionConflit: "Ce que l'appelant peut faire d'un conflit." ["resoudre"],
    /// What may be done of a link.
    ActionRepresentation: "Ce que l'appelant peut faire d'un lien." ["terminer"],
    /// The types of numbers of persons.
    TypeIdentifiant: "Type d'un numéro de personne." i::IdentifiantPersonne::TYPES,
    /// The national table of motives of end.
    MotifSnds: "Motif de fin de la table nationale." ["FIS", "FIB", "FIP"],
    /// The letters of situations.
    LettreDeterminee: "Lettre de la caisse pour une situation." e::CodeDetermine::TOUS.iter().filter_map(|code| code.lettre()).collect::<BTreeSet<_>>(),
    /// Why a feuille should be looked at again.
    MotifReexamen: "Raison de réexaminer une feuille." ["avis_ponctuel_rompu"],
    /// What became of a line of a lot of simulations.
    ResultatSimulation: "Ce que la ligne est devenue ; « total » à la dernière." ["evaluee", "refusee", "total"],
);

/// Declares the schema and the reading of closed lists.
macro_rules! listes {
    ($($name:ty),+ $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(<$name>::TOUS.iter().map(|member| member.mot())))
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
    crate::domain::a_faire::Rubrique,
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
    d::Contestation,
    d::Situation,
    d::Etat,
    d::ModePreuve,
    d::MoyenSignature,
    d::OrigineSaisie,
    d::RoleSignataire,
    crate::domain::fin::MotifDepart,
    crate::http::v1::feuilles_de_soins::lots::FormeReponse,
    crate::http::v1::feuilles_de_soins::lots::ResultatLigne,
    crate::domain::designation::ActionDesignation,
    crate::domain::evenement::NatureEvenement,
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
    r::ActionRectification,
    r::IssueRectification,
    r::ObjetRectification,
    crate::domain::reevaluation::ActionReevaluation,
    crate::domain::remuneration::Manque,
    crate::domain::remuneration::NatureRemuneration,
    crate::domain::remuneration::TarifsPratiques,
    crate::domain::remuneration::TrancheAge,
    crate::domain::reevaluation::EtatReevaluation,
    crate::domain::a_revoir::MotifRevue,
    crate::domain::reevaluation::MotifReevaluation,
    m::ModeExercice,
    m::NatureCorrection,
    m::NatureLieu,
    crate::domain::patient::Sexe,
    crate::domain::patient::UsageIdentifiant,
    crate::domain::courrier::NatureCourrier,
    crate::domain::courrier::SansObjet,
    crate::domain::export::ColonnesExport,
    crate::domain::export::EtatExport,
    crate::domain::export::NatureExport,
    crate::domain::reprise::ActionReprise,
    crate::domain::reprise::EtatReprise,
    crate::domain::reprise::FinReprise,
    crate::domain::reprise::FormatFichier,
    crate::domain::reprise::NatureReprise,
    crate::domain::statistiques::Axe,
    crate::domain::statistiques::EtatSimulation,
    crate::domain::statistiques::Indicateur,
    crate::domain::statistiques::Methode,
    crate::domain::statistiques::Tableau,
    crate::domain::statistiques::Unite,
    crate::domain::statistiques::FormatStatistiques,
    crate::domain::vie::ActionPatient,
    crate::domain::vie::MotifLimitation,
    crate::domain::vie::MotifRectification,
    crate::domain::vie::SourceDeces,
    crate::domain::vie::fusion::Difference,
    crate::domain::vie::fusion::EtatConflit,
    crate::domain::vie::sommeil::StatutPatient,
    crate::domain::droits::Portee,
);

/// A schema written as the document has it.
pub(crate) fn forme(schema: Value) -> RefOr<Schema> {
    serde_json::from_value(schema).unwrap_or_else(|_never| ObjectBuilder::new().into())
}

/// A schema among those that are data.
pub(crate) fn ecrite(name: &str) -> RefOr<Schema> {
    let all: Value = serde_json::from_str(include_str!("openapi/formes.json")).unwrap_or_default();
    forme(all.get(name).cloned().unwrap_or_default())
}

/// Declares the schema of types that have neither a pattern nor words: it is data, under their name.
macro_rules! formes {
    ($($name:ident),+ $(,)?) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::http::schemas::ecrite(stringify!($name))
            }
        }
        impl utoipa::ToSchema for $name {}
    )+};
}
pub(crate) use formes;

formes!(Centimes, Curseur, Jws, Matricule, NumeroEvaluation, Oid, Organisme, RangGemellaire, Taux);

/// Declares the schema of numbers that come with their type, which is never guessed.
macro_rules! numeros {
    ($($name:ty: $description:literal $kind:literal $example:literal),+ $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                forme(json!({
                    "type": "object",
                    "description": $description,
                    "properties": {
                        "type": { "type": "string", "description": "Type du numéro.", "enum": Self::TYPES },
                        "valeur": { "type": "string", "description": "Numéro." }
                    },
                    "required": ["type", "valeur"],
                    "additionalProperties": false,
                    "examples": [{ "type": $kind, "valeur": $example }]
                }))
            }
        }
        impl ToSchema for $name {}
    )+};
}

numeros!(
    i::IdentifiantPersonne: "Numéro d'une personne, avec son type : le type n'est jamais deviné." "nir" "172080100199557",
    i::NumeroFacturation: "Numéro sous lequel la feuille est facturée, avec son type." "num_am" "991999905",
);

/// The number of an evaluation.
pub(crate) struct NumeroEvaluation;

/// Begins the name of a schema that is shown where it is used, and is no component.
pub(crate) const SUR_PLACE: char = '=';

/// Declares the schema of types with bounds, which are shown where they are used.
macro_rules! bornes {
    ($([$($bound:tt)*] $name:ty: $schema:expr;)+) => {$(
        impl<$($bound)*> PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                forme($schema)
            }
        }

        impl<$($bound)*> ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Owned(format!("{SUR_PLACE}{}", $schema))
            }
        }
    )+};
}

bornes!(
    [const MIN: i64, const MAX: i64] Entier<MIN, MAX>:
        json!({ "type": "integer", "minimum": MIN, "maximum": MAX });
    [const MIN: usize, const MAX: usize] Texte<MIN, MAX>:
        json!({ "type": "string", "minLength": MIN, "maxLength": MAX });
    [const MAX: usize] Reference<MAX>:
        json!({ "type": "string", "minLength": 1, "maxLength": MAX });
    [const MAX: usize] Nom<MAX>: json!({ "type": "string", "minLength": 1, "maxLength": MAX });
);

impl<T: ToSchema, const MIN: usize, const MAX: usize> PartialSchema for Liste<T, MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let items = Ref::from_schema_name(T::name());
        forme(json!({ "type": "array", "minItems": MIN, "maxItems": MAX, "items": items }))
    }
}
impl<T: ToSchema, const MIN: usize, const MAX: usize> ToSchema for Liste<T, MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{SUR_PLACE}{MIN}-{MAX}-{}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
