//! From a service error to a refusal: the only mapping.

mod declaration;

use self::declaration::declaration;
use super::pagination;
use super::problem::{Code, Refus};
use crate::domain::calendar::{Periode, veille};
use crate::domain::fin::DepartRefuse;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{ChampInvalide, LawError, ServiceError};

/// Days of a period, in words.
fn periode(periode: Periode) -> String {
    match periode.au().and_then(veille) {
        Some(dernier) => format!("du {} au {}", jour(periode.du()), jour(dernier)),
        None => format!("à compter du {}", jour(periode.du())),
    }
}

/// A date as French readers write it.
pub(crate) fn jour(date: chrono::NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// The same for what there is not and for what is not the caller's to know.
const INTROUVABLE: &str = "Rien sous cet identifiant pour cet appelant : il n'existe pas, ou la personne, ce jour-là, n'est \
                           pas des siennes. Vérifier l'identifiant, le jour, et de quelle caisse elle dépend.";

const MUTATION_ATTENDUE: &str =
    "Cette personne est déjà enregistrée : sa nouvelle caisse la prend en charge par une mutation.";

impl From<ServiceError> for Refus {
    #[expect(clippy::too_many_lines, reason = "it is one table")]
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Storage(error) if error.is_temporary() => {
                tracing::warn!(%error, "the database is not available");
                Self::new(Code::ServiceIndisponible, "La base de données ne répond pas.")
            }
            ServiceError::Storage(error) if error.is_foreign() => {
                tracing::error!(%error, "the database is another's");
                Self::new(
                    Code::ServiceIndisponible,
                    "La base de données n'est pas celle de ce service, ou a été écrite sous une autre clé maître.",
                )
            }
            ServiceError::Storage(error) => internal(&error),
            ServiceError::CurseurEtranger => pagination::broken(),
            ServiceError::TraitementLimite => Self::new(
                Code::TraitementLimite,
                "À la demande de la personne (RGPD, art. 18), ses données sont conservées et ne servent qu'à elle, à ses soins et à ses droits, \
                 jusqu'à la levée par sa caisse.",
            ),
            ServiceError::CurseurPerime => Self::new(
                Code::CurseurPerime,
                "Les événements qui suivaient ce curseur ne sont plus gardés : leur durée de conservation est passée. Relisez l'état des \
                 personnes suivies, ou demandez un export, puis reprenez le fil sans curseur.",
            ),
            ServiceError::Law(error) => law(&error),
            ServiceError::Declaration(refused) => declaration(&refused),
            ServiceError::Depart(DepartRefuse::PasMembre) => Self::new(
                Code::MedecinNonMembre,
                "Ce médecin n'est pas l'un des médecins de la désignation ce jour-là.",
            ),
            ServiceError::Depart(DepartRefuse::Seul) => {
                Self::new(Code::MedecinSeul, "Ce médecin est le seul de la désignation.")
            }
            ServiceError::RepresentationExistante => Self::new(
                Code::RepresentationExistante,
                "Cette personne est déjà enregistrée en cette qualité sur un jour commun.",
            ),
            ServiceError::Impression(error) => {
                tracing::error!(%error, "a paper could not be printed");
                Self::new(
                    Code::ErreurInterne,
                    "Le courrier n'a pas pu être imprimé ; l'erreur est enregistrée.",
                )
            }
            ServiceError::Introuvable => Self::new(Code::Introuvable, INTROUVABLE),
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
            ServiceError::PatientExistant(id) => Self::new(
                Code::PatientExistant,
                format!("Cet identifiant est celui du patient {id}."),
            )
            .designe(&id),
            ServiceError::PatientAmbigu(ids) => {
                let told: Vec<String> = ids.iter().map(ToString::to_string).collect();
                let detail = format!(
                    "Ce numéro, cette date de naissance et ce rang sont ceux des patients {}.",
                    told.join(" et ")
                );
                let refus = Self::new(Code::PatientAmbigu, detail);
                ids.iter().fold(refus, |refus, id| refus.designe_dans("patients", id))
            }
            ServiceError::MutationAttendue => Self::new(Code::PatientExistant, MUTATION_ATTENDUE),
            ServiceError::TropDEssais(delai) => Self::trop_d_essais(delai.num_seconds()),
            ServiceError::PatientFusionne(kept) => Self::new(
                Code::PatientFusionne,
                format!("Ce dossier a été fusionné avec le dossier {kept}, qui est conservé."),
            )
            .designe(&kept),
            ServiceError::FusionImpossible(why) => {
                Self::new(Code::FusionImpossible, format!("Fusion refusée : {why}."))
            }
            ServiceError::ConflitClos => {
                Self::new(Code::ConflitClos, "Ce conflit n'est plus ouvert.")
            }
            ServiceError::MedecinExistant => {
                Self::new(Code::MedecinExistant, "Un médecin porte déjà ce RPPS.")
            }
            ServiceError::NonMedecinTraitant(day) => Self::new(
                Code::NonMedecinTraitant,
                format!(
                    "Ce médecin n'est pas médecin traitant du patient par cette déclaration la veille du {} et ce jour-là ; un choix qui \
                     n'aurait jamais dû compter se rectifie.",
                    jour(day)
                ),
            ),
            ServiceError::OperationExistante(id) => Self::new(
                Code::OperationExistante,
                format!(
                    "Une opération de cette nature sur ce médecin est déjà enregistrée sous l'identifiant {id} : la \
                     lire, et l'annuler si elle est fausse."
                ),
            )
            .designe(&id),
            ServiceError::AnnulationImpossible => Self::new(
                Code::AnnulationImpossible,
                "L'opération est déjà annulée, ou les faits du médecin ont changé depuis.",
            ),
            ServiceError::ConfirmationParLeMeme => Self::new(
                Code::MemeAgent,
                "Un acte national est préparé par un agent et confirmé par un autre.",
            ),
            ServiceError::FacturationExistante => Self::new(
                Code::FacturationExistante,
                "Un autre médecin facture sous l'un de ces numéros.",
            ),
            ServiceError::FeuilleExistante(Some(id)) => Self::new(
                Code::FeuilleExistante,
                format!("Cette feuille a déjà été reçue sous l'identifiant {id}."),
            )
            .designe(&id),
            ServiceError::FeuilleExistante(None) => Self::new(
                Code::FeuilleExistante,
                "Une feuille de ce numéro a déjà été reçue d'un autre exécutant ; la caisse du patient la lit.",
            ),
            ServiceError::EtatIncompatible(sentence) => {
                Self::new(Code::TransitionInterdite, sentence)
            }
            ServiceError::ConciliationOuverte(id) => Self::new(
                Code::ConciliationOuverte,
                format!("La conciliation {id} est ouverte pour ce patient."),
            )
            .designe(&id),
            ServiceError::Serialisation(error) => internal(&error),
            ServiceError::Affluence => Self::affluence(),
            ServiceError::Indisponible => {
                Self::new(Code::ServiceIndisponible, "La base de données ne répond pas.")
            }
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

/// The refusal of a simulation, with the field at fault: its lines have the numbers of their places.
pub(crate) fn simulation(error: LawError) -> Refus {
    let champ = if let LawError::ActePrecoce { numero_ligne, premier_jour, par_le_lieu } = error {
        let pointeur = if par_le_lieu {
            "/executant/lieu".to_owned()
        } else {
            format!("/actes/{}/code", numero_ligne.saturating_sub(1))
        };
        Some((pointeur, premier_jour))
    } else {
        None
    };
    let refus = Refus::from(ServiceError::Law(error));
    match champ {
        Some((pointeur, day)) => {
            let message = format!("attendu : des soins à partir du {}", jour(day));
            refus.sur(ChampInvalide::new(pointeur, "pas_encore_rembourse", &message))
        }
        None => refus,
    }
}

fn law(error: &LawError) -> Refus {
    match error {
        LawError::HorsCouverture { jour: day, du, dernier } => {
            let period = dernier.map_or_else(
                || format!("qui commence le {}", jour(*du)),
                |last| format!("du {} au {} inclus", jour(*du), jour(last)),
            );
            let detail =
                format!("Les soins du {} sont hors de la période couverte, {period}.", jour(*day));
            Refus::new(Code::HorsCouverture, detail)
        }
        LawError::ParametreInconnu(unknown) => Refus::new(
            Code::ParametreInconnu,
            format!(
                "La réponse a besoin du paramètre {}, dont la valeur n'est pas connue pour des soins {}.",
                unknown.parametre.mot(),
                periode(unknown.periode)
            ),
        ),
        LawError::ActePrecoce { numero_ligne, premier_jour, par_le_lieu } => {
            let day = jour(*premier_jour);
            let detail = if *par_le_lieu {
                format!(
                    "La nature du lieu des soins fait de la ligne {numero_ligne} une téléconsultation, remboursée seulement pour des soins à \
                     partir du {day}."
                )
            } else {
                format!(
                    "Le « code » de l'acte de la ligne {numero_ligne} n'est remboursé que pour des soins à partir du {day}."
                )
            };
            Refus::new(Code::SituationNonCouverte, detail)
        }
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
