//! From a service error to a refusal: the only mapping.

use super::problem::{Code, ErreurChamp, Refus};
use crate::domain::calendar::{Periode, veille};
use crate::domain::declaration::{
    ConditionConjointe, DeclarationRefusee, EcartContenu, EchecConjoint, Etat, PreuveRefusee,
};
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
const INTROUVABLE: &str = "Rien d'ouvert à cet appelant sous cet identifiant : le vérifier, avec le jour et la caisse de la personne.";
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
            ),
            ServiceError::PatientAmbigu(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                let detail = format!(
                    "Ce numéro, cette date de naissance et ce rang sont ceux des patients {}.",
                    ids.join(" et ")
                );
                Self::new(Code::PatientAmbigu, detail)
            }
            ServiceError::MutationAttendue => Self::new(Code::PatientExistant, MUTATION_ATTENDUE),
            ServiceError::TropDEssais(delai) => Self::trop_d_essais(delai.num_seconds()),
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
            ServiceError::NonMedecinTraitant(day) => Self::new(
                Code::NonMedecinTraitant,
                format!(
                    "Ce médecin n'est pas médecin traitant du patient par cette déclaration le {}.",
                    jour(day)
                ),
            ),
            ServiceError::OperationExistante(id) => Self::new(
                Code::OperationExistante,
                format!("La même opération est déjà enregistrée sous l'identifiant {id}."),
            ),
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
        LawError::ActePrecoce { numero_ligne, premier_jour } => Refus::new(
            Code::SituationNonCouverte,
            format!(
                "Le « code » de l'acte de la ligne {numero_ligne} n'est remboursé que pour des soins à partir du {}.",
                jour(*premier_jour)
            ),
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

#[expect(clippy::too_many_lines, reason = "it is one table")]
fn declaration(refused: &DeclarationRefusee) -> Refus {
    use DeclarationRefusee as D;
    let (code, detail) = match refused {
        D::TransitionInterdite { etat, .. } => {
            let now = state(*etat);
            (Code::TransitionInterdite, format!("La déclaration est {now} ; lire ses « actions »."))
        }
        D::DejaSignee => (
            Code::DejaSignee,
            "Cette partie a déjà signé ; « signatures_manquantes » dit qui est attendu.".to_owned(),
        ),
        D::ContenuDifferent(None) => (
            Code::ContenuDifferent,
            "L'empreinte signée n'est celle d'aucun contenu connu de ce choix : ni celui de la déclaration, ni celui \
             d'un autre jour ou d'un autre lieu d'exercice."
                .to_owned(),
        ),
        D::ContenuDifferent(Some(ecart)) => return other_content(ecart),
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
            "Une signature sur papier indique le témoin qui l'a vue, ou la référence de son archive."
                .to_owned(),
        ),
        D::SignatureTardive { jours } => (
            Code::SignatureTardive,
            format!("Une signature recueillie par une machine se transmet dans les {jours} jours."),
        ),
        D::PreuveRefusee { place, cause } => return proof(*place, *cause),
        D::RepresentantNonNomme => (
            Code::RepresentantInconnu,
            "Le contenu signé ne nomme pas ce titulaire ou ce représentant, enregistré depuis : \
             établir une nouvelle déclaration."
                .to_owned(),
        ),
        D::SignatureFuture => {
            (Code::SignatureFuture, "La signature est datée après maintenant.".to_owned())
        }
        D::SignatureAvantNaissance => (
            Code::SignatureAvantNaissance,
            "La signature est datée avant la naissance du patient.".to_owned(),
        ),
        D::SignatureApresDeces { jour: mort } => (
            Code::SignatureApresDeces,
            format!("La signature est datée après le décès du patient, le {}.", jour(*mort)),
        ),
        D::DelaiDepasse => (
            Code::DeclarationExpiree,
            "La déclaration attendait cette signature depuis trop longtemps.".to_owned(),
        ),
        D::PatientMineur { age } => (
            Code::PatientMineur,
            format!("Le patient a {age} ans le jour de la signature."),
        ),
        D::EnfantAvantOuverture { jour: day } => (
            Code::EnfantAvantOuverture,
            format!("Aucune déclaration n'était possible pour un enfant le {}.", jour(*day)),
        ),
        D::SignatureAvantRattachement => (
            Code::SignatureAvantRattachement,
            "La signature est datée avant la première affiliation connue du patient.".to_owned(),
        ),
        D::RepresentantInconnu { role, jour: day } => (
            Code::RepresentantInconnu,
            format!("Aucun lien « {} » n'est en vigueur le {}.", role.mot(), jour(*day)),
        ),
        D::RepresentantAmbigu { role } => (
            Code::RepresentantAmbigu,
            format!("Plusieurs liens « {} » sont en vigueur ce jour-là.", role.mot()),
        ),
        D::ConjointImpossible { echecs, jour: day } => return joint(echecs, *day),
        D::ConjointAvantOuverture { jour: day } => (
            Code::ConjointAvantOuverture,
            format!("Aucune désignation conjointe n'était possible le {}.", jour(*day)),
        ),
        D::AvenantInadapte { jour: day } => (
            Code::AvenantInadapte,
            format!("L'avenant ne complète pas la désignation en vigueur le {}.", jour(*day)),
        ),
        D::MedecinNonDesignable { rpps, jour: day } => (
            Code::MedecinNonDesignable,
            format!("Le médecin {rpps} ne peut pas être désigné le {}.", jour(*day)),
        ),
        D::LieuNonDesignable { rpps, jour: day } => (
            Code::MedecinNonDesignable,
            format!(
                "Le médecin {rpps} n'exerce pas à ce lieu le {} : il peut être désigné à un autre.",
                jour(*day)
            ),
        ),
    };
    Refus::new(code, detail)
}

/// A proof that is not believed, with the field that holds it.
fn proof(place: Option<usize>, cause: PreuveRefusee) -> Refus {
    let known = [
        (PreuveRefusee::ClesIndisponibles, Code::ServiceIndisponible),
        (PreuveRefusee::Absente, Code::PreuveRequise),
        (PreuveRefusee::DejaUtilisee, Code::PreuveDejaUtilisee),
    ];
    let code = known.iter().find(|(why, _)| *why == cause);
    let code = code.map_or(Code::PreuveRefusee, |(_, code)| *code);
    let signature = place.map_or_else(String::new, |place| format!("/signatures/{place}"));
    let mut refus = Refus::new(code, cause.to_string());
    refus.erreurs.push(ErreurChamp {
        pointeur: Some(format!("{signature}/preuve/jws")),
        parametre: None,
        code: cause.code(),
        message: cause.to_string(),
    });
    refus
}

/// The content of another day or place, with the members that differ.
fn other_content(ecart: &EcartContenu) -> Refus {
    let detail = format!(
        "Le contenu signé est celui du {} : il diffère de celui de la déclaration, membre par membre dans « erreurs ».",
        jour(ecart.signe)
    );
    let mut refus = Refus::new(Code::ContenuDifferent, detail);
    let differs = |membre: &String| ErreurChamp {
        pointeur: Some(format!("/contenu{membre}")),
        parametre: None,
        code: "contenu_autre",
        message: "La déclaration ne dit pas la même chose à cet endroit que ce qui a été signé."
            .to_owned(),
    };
    refus.erreurs = ecart.membres.iter().map(differs).collect();
    refus
}

/// The conditions of joint designation that fail, doctor by doctor.
fn joint(echecs: &[EchecConjoint], day: chrono::NaiveDate) -> Refus {
    let sentence = |echec: &EchecConjoint| {
        let what = match echec.condition {
            ConditionConjointe::MemeSpecialite => "n'a pas la même spécialité que les autres",
            ConditionConjointe::MemeLieu => {
                "n'exerce pas dans le même cabinet situé dans les mêmes locaux, ni le même centre de santé"
            }
            ConditionConjointe::LieuAdmis => {
                "n'exerce ni dans un cabinet ni dans un centre de santé"
            }
        };
        format!("Le médecin {} {what}.", echec.rpps)
    };
    let all: Vec<String> = echecs.iter().map(sentence).collect();
    let mut refus =
        Refus::new(Code::ConjointImpossible, format!("Le {} : {}", jour(day), all.join(" ")));
    refus.erreurs = echecs
        .iter()
        .zip(all)
        .map(|(echec, message)| ErreurChamp {
            pointeur: Some("/medecins".to_owned()),
            parametre: None,
            code: echec.condition.mot(),
            message,
        })
        .collect();
    refus
}

/// A state, in words.
const fn state(etat: Etat) -> &'static str {
    match etat {
        Etat::EnAttente => "en attente de signature",
        Etat::Active => "signée par tous",
        Etat::Refusee => "refusée par le médecin",
        Etat::Annulee => "annulée",
        Etat::Expiree => "expirée",
        Etat::Rectifiee => "rectifiée",
        Etat::Caduque => "caduque : le patient a exprimé depuis un autre choix",
    }
}
