//! From a service error to a refusal: the only mapping.

use super::problem::{Code, Refus};
use crate::domain::calendar::{Periode, veille};
use crate::domain::declaration::{DeclarationRefusee, Etat};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{ChampInvalide, LawError, ServiceError};

/// Writes a date as French readers do.
/// Days of a period, in words.
fn periode(periode: Periode) -> String {
    match periode.au().and_then(veille) {
        Some(dernier) => format!("du {} au {}", jour(periode.du()), jour(dernier)),
        None => format!("à compter du {}", jour(periode.du())),
    }
}

fn jour(date: chrono::NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

impl From<ServiceError> for Refus {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Storage(error) if error.is_temporary() => {
                tracing::warn!(%error, "the database is not available");
                Self::new(Code::ServiceIndisponible, "La base de données ne répond pas.")
            }
            ServiceError::Storage(error) => internal(&error),
            ServiceError::Law(error) => law(&error),
            ServiceError::Declaration(refused) => declaration(&refused),
            ServiceError::Introuvable => {
                Self::new(Code::Introuvable, "Cette ressource n'existe pas pour cet appelant.")
            }
            ServiceError::Interdit(why) => {
                Self::new(Code::RoleInterdit, format!("Action refusée : {why}."))
            }
            ServiceError::Invalide(wrong) => Self::champs(wrong.into_iter().map(attendu).collect()),
            ServiceError::VersionPerimee { attendue, actuelle } => Self::new(
                Code::VersionPerimee,
                format!(
                    "La requête porte sur la version {attendue} ; la version actuelle est {actuelle}."
                ),
            ),
            ServiceError::CleReutilisee => Self::new(
                Code::CleReutilisee,
                "Cette clé d'idempotence a déjà servi à une autre requête.",
            ),
            ServiceError::CleEnCours => Self::new(
                Code::CleEnCours,
                "Une requête portant cette clé d'idempotence n'est pas terminée.",
            ),
            ServiceError::PatientExistant(Some(id)) => Self::new(
                Code::PatientExistant,
                format!("Cet identifiant est celui du patient {id}."),
            ),
            ServiceError::PatientExistant(None) => Self::new(
                Code::PatientExistant,
                "Cet identifiant est déjà enregistré, pour une personne d'un autre organisme.",
            ),
            ServiceError::PatientFusionne(kept) => Self::new(
                Code::PatientFusionne,
                format!("Ce dossier a été fusionné avec le dossier {kept}, qui est conservé."),
            ),
            ServiceError::FusionImpossible(why) => {
                Self::new(Code::FusionImpossible, format!("Fusion refusée : {why}."))
            }
            ServiceError::ConflitClos => {
                Self::new(Code::ConflitClos, "Ce conflit n'est plus ouvert.")
            }
            ServiceError::MedecinExistant => {
                Self::new(Code::MedecinExistant, "Un médecin porte déjà ce RPPS.")
            }
            ServiceError::FacturationExistante => Self::new(
                Code::FacturationExistante,
                "Un autre médecin facture sous l'un de ces numéros.",
            ),
            ServiceError::FeuilleExistante(id) => Self::new(
                Code::FeuilleExistante,
                format!("Cette feuille a déjà été reçue sous l'identifiant {id}."),
            ),
            ServiceError::EtatIncompatible(sentence) => {
                Self::new(Code::TransitionInterdite, sentence)
            }
            ServiceError::ConciliationOuverte(id) => Self::new(
                Code::ConciliationOuverte,
                format!("La conciliation {id} est ouverte pour ce patient."),
            ),
            ServiceError::Serialisation(error) => internal(&error),
            ServiceError::TraceImpossible => Self::new(
                Code::ServiceIndisponible,
                "L'accès n'a pas pu être tracé : la réponse n'est pas donnée.",
            ),
        }
    }
}

/// Services say what is expected; readers are told that it is.
fn attendu(mut champ: ChampInvalide) -> ChampInvalide {
    if !champ.message.starts_with("attendu") {
        champ.message = format!("attendu : {}", champ.message);
    }
    champ
}

/// Our own mistake: the reader gets a number, the log gets the cause.
fn internal(error: &dyn std::error::Error) -> Refus {
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(error = causes, "internal error");
    Refus::new(Code::ErreurInterne, "Le service n'a pas pu répondre ; l'erreur est enregistrée.")
}

fn law(error: &LawError) -> Refus {
    match error {
        LawError::HorsCouverture { jour: day, du, dernier } => Refus::new(
            Code::HorsCouverture,
            format!(
                "Les soins du {} sont hors de la période couverte, du {} au {} inclus.",
                jour(*day),
                jour(*du),
                jour(*dernier)
            ),
        ),
        LawError::ParametreInconnu(unknown) => Refus::new(
            Code::ParametreInconnu,
            format!(
                "La réponse a besoin du paramètre {}, dont la valeur n'est pas connue pour des soins {}.",
                unknown.parametre.mot(),
                periode(unknown.periode)
            ),
        ),
        LawError::SituationNonCouverte { fait } => Refus::new(
            Code::SituationNonCouverte,
            format!("Aucune règle de cette version ne lit ce fait : {}.", fait.mot()),
        ),
        LawError::BaseManquante { numero_ligne } => Refus::new(
            Code::ChampsInvalides,
            format!("La ligne {numero_ligne} n'a pas de base de remboursement."),
        ),
        LawError::Conflit { .. } | LawError::RegistreInvalide => {
            tracing::error!(%error, "the rules contradict each other");
            Refus::new(Code::ConflitDeRegles, "Deux règles se contredisent pour ce cas.")
        }
        LawError::Montant(error) => internal(error),
    }
}

fn declaration(refused: &DeclarationRefusee) -> Refus {
    use DeclarationRefusee as D;
    let (code, detail) = match refused {
        D::TransitionInterdite { etat, .. } => {
            (Code::TransitionInterdite, format!("La déclaration est {}.", state(*etat)))
        }
        D::DejaSignee => (Code::DejaSignee, "Cette partie a déjà signé.".to_owned()),
        D::ContenuDifferent => (
            Code::ContenuDifferent,
            "L'empreinte signée n'est pas celle du contenu de la déclaration.".to_owned(),
        ),
        D::SignataireNonPartie => (
            Code::SignataireNonPartie,
            "La déclaration n'attend pas de signature de cette personne.".to_owned(),
        ),
        D::MoyenInadapte { moyen, role } => (
            Code::MoyenInadapte,
            format!("Le moyen « {} » ne convient pas au rôle « {} ».", moyen.mot(), role.mot()),
        ),
        D::TransmissionInterdite { moyen, role } => (
            Code::TransmissionInterdite,
            format!(
                "Cet appelant ne peut pas transmettre une signature « {} » par le moyen « {} ».",
                role.mot(),
                moyen.mot()
            ),
        ),
        D::PapierSansTemoin => (
            Code::PapierSansTemoin,
            "Une signature sur papier indique le témoin qui l'a vue et la référence de son archive."
                .to_owned(),
        ),
        D::SignatureFuture => {
            (Code::SignatureFuture, "La signature est datée après maintenant.".to_owned())
        }
        D::SignatureAvantNaissance => (
            Code::SignatureAvantNaissance,
            "La signature est datée avant la naissance du patient.".to_owned(),
        ),
        D::DelaiDepasse => (
            Code::DeclarationExpiree,
            "La déclaration attendait cette signature depuis trop longtemps.".to_owned(),
        ),
        D::PatientMineur { age } => (
            Code::PatientMineur,
            format!("Le patient a {age} ans le jour de la signature."),
        ),
        D::MedecinNonDesignable { rpps, jour: day } => (
            Code::MedecinNonDesignable,
            format!("Le médecin {rpps} ne peut pas être désigné le {}.", jour(*day)),
        ),
    };
    Refus::new(code, detail)
}

/// A state, in words.
const fn state(etat: Etat) -> &'static str {
    match etat {
        Etat::EnAttente => "en attente de signature",
        Etat::Active => "signée par tous",
        Etat::Refusee => "refusée par le médecin",
        Etat::Annulee => "annulée",
        Etat::Expiree => "expirée",
    }
}
