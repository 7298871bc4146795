//! What a declaration, a signature or a proof is refused for, in words.

use super::jour;
use crate::domain::declaration::{
    ConditionConjointe, DeclarationRefusee, EcartContenu, EchecConjoint, Etat, PreuveRefusee,
    RoleSignataire, SignatureManquante,
};
use crate::domain::identifiers::Rpps;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::problem::{Code, ErreurChamp, Refus};

/// Who signs, as a sentence names them.
fn signer(role: RoleSignataire, rpps: Option<Rpps>) -> String {
    let role = role.mot();
    rpps.map_or_else(|| format!("« {role} »"), |rpps| format!("« {role} » ({rpps})"))
}

/// A signature that is wanted, with the quality that does as well.
fn wanted(one: &SignatureManquante) -> String {
    let own = signer(one.role, one.rpps);
    one.sinon.map_or_else(|| own.clone(), |other| format!("{own} ou {}", signer(other, None)))
}

#[expect(clippy::too_many_lines, reason = "it is one table")]
pub(super) fn declaration(refused: &DeclarationRefusee) -> Refus {
    use DeclarationRefusee as D;
    let (code, detail) = match refused {
        D::TransitionInterdite { etat, .. } => {
            let now = state(*etat);
            let detail = format!("La déclaration est {now} ; ses « actions » disent ce qui reste possible.");
            (Code::TransitionInterdite, detail)
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
        D::SignataireNonPartie { role, rpps, jour: day, attendues } => (
            Code::SignataireNonPartie,
            format!(
                "Une signature {} n'est pas de celles que la déclaration attend le {} : {}.",
                signer(*role, *rpps),
                jour(*day),
                attendues.iter().map(wanted).collect::<Vec<_>>().join(", ")
            ),
        ),
        D::MedecinNonPartie { rpps: Some(rpps) } => (
            Code::SignataireNonPartie,
            format!("Le médecin {rpps} n'est pas de ceux que nomme la déclaration (« medecins »)."),
        ),
        D::MedecinNonPartie { rpps: None } => (
            Code::SignataireNonPartie,
            "La déclaration nomme plusieurs médecins : « rpps » dit lequel signe.".to_owned(),
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
        D::PreuveRefusee(cause) => return proof(None, *cause),
        D::DeLaSignature { place, cause } => return of_signature(*place, cause),
        D::RepresentantNonNomme { majeur_le: Some(day) } => (
            Code::RepresentantInconnu,
            format!(
                "Le contenu signé ne nomme aucun titulaire de l'autorité parentale : c'est celui d'un jour où le patient \
                 était majeur, ce qu'il est depuis le {}. Établir la déclaration avec le contenu du jour où ce titulaire a \
                 signé (« signe_le »).",
                jour(*day)
            ),
        ),
        D::RepresentantNonNomme { majeur_le: None } => (
            Code::RepresentantInconnu,
            "Le contenu signé ne nomme pas ce titulaire ou ce représentant : ce lien ne comptait pas le jour de ce \
             contenu, ou a été enregistré depuis. Établir une nouvelle déclaration."
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
            format!(
                "Le patient est décédé le {} : rien ne se signe après ce jour. Ce qui fut signé sur papier avant \
                 s'enregistre avec son jour ; si ce décès est faux, sa caisse le rectifie d'abord.",
                jour(*mort)
            ),
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
            format!(
                "Plusieurs liens « {} » sont en vigueur ce jour-là : indiquer « representation_id », celui sous lequel cette \
                 personne a signé.",
                role.mot()
            ),
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

/// Where a signature is, among several or alone.
fn pointer(place: Option<usize>) -> String {
    place.map_or_else(String::new, |place| format!("/signatures/{place}"))
}

/// What is wrong with a signature, with the field that says it; a day may stand in two of them.
fn of_signature(place: Option<usize>, cause: &DeclarationRefusee) -> Refus {
    use DeclarationRefusee as D;
    let field = match cause {
        D::PreuveRefusee(cause) => return proof(place, *cause),
        D::MoyenInadapte { .. } | D::TransmissionInterdite { .. } => "/moyen",
        D::SignataireNonPartie { .. }
        | D::RepresentantInconnu { .. }
        | D::RepresentantNonNomme { .. }
        | D::PatientMineur { .. } => "/role",
        D::RepresentantAmbigu { .. } => "/representation_id",
        D::MedecinNonPartie { .. } => "/rpps",
        D::PapierSansTemoin => "/preuve",
        D::ContenuDifferent(_) => "/contenu_sha256",
        D::TransitionInterdite { .. }
        | D::DejaSignee
        | D::SignatureFuture
        | D::SignatureTardive { .. }
        | D::DeLaSignature { .. }
        | D::SignatureAvantNaissance
        | D::SignatureApresDeces { .. }
        | D::DelaiDepasse
        | D::EnfantAvantOuverture { .. }
        | D::SignatureAvantRattachement
        | D::ConjointImpossible { .. }
        | D::ConjointAvantOuverture { .. }
        | D::AvenantInadapte { .. }
        | D::MedecinNonDesignable { .. }
        | D::LieuNonDesignable { .. } => "",
    };
    let mut refus = declaration(cause);
    if refus.erreurs.is_empty() {
        refus.erreurs.push(ErreurChamp {
            pointeur: Some(format!("{}{field}", pointer(place))),
            parametre: None,
            code: "signature_refusee",
            message: refus.detail.clone(),
        });
    }
    refus
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
    let signature = pointer(place);
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
        Etat::Caduque => {
            "caduque : un autre choix, un départ ou un décès a fait que rien n'est plus attendu"
        }
    }
}
