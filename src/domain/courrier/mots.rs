//! What the letters say, in the words of somebody who never read a code: what happened, what it changes for the money, what
//! to do and until when, the text, whom to ask. They are read aloud before they are kept (`tests/data/courriers.md`).

use chrono::NaiveDate;

use super::{Destinataire, Lettre};
use crate::domain::acteur::Caisse;
use crate::domain::calendar::{en_toutes_lettres, veille};
use crate::domain::declaration::Canal;
use crate::domain::designation::MotifDepart;
use crate::domain::enumeration::enumere;
use crate::domain::ids::EvenementId;
use crate::domain::money::Centimes;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fait {
    Depart {
        /// Names of those who leave.
        medecins: Vec<String>,
        motif: MotifDepart,
        /// First day without them.
        jour: NaiveDate,
        /// Names of those who stay.
        restent: Vec<String>,
        /// First day after those on which nothing is borne for it.
        protege_jusqu_au: Option<NaiveDate>,
    },
    Choix {
        medecins: Vec<String>,
        depuis: NaiveDate,
        canal: Canal,
        /// Public number of the declaration.
        numero: String,
    },
    FinProtection {
        /// Of the protection, in months.
        mois: i64,
        /// First day without it.
        jour: NaiveDate,
    },
    SeizeAns {
        /// The birthday.
        jour: NaiveDate,
        /// Names of the médecins traitants of the day; nobody: none is declared.
        medecins: Vec<String>,
    },
}

/// What a person bears who is not in the parcours de soins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remboursement {
    /// The rule is not for the coverage that the person has.
    NonConcerne,
    /// The person is too young for it.
    AvantAge,
    /// What a consultation of a general practitioner costs, and what is paid back of it in the general case, in and out of it,
    /// before the participation forfaitaire: a rate would not say it, because the majoration has a ceiling.
    Consultation { prix: Centimes, plein: Centimes, reduit: Centimes },
}

/// What an example leaves out.
const GENERAL: &str = "dans le cas général, avant la participation forfaitaire";

/// Whom a letter is about, and to whom it speaks.
#[derive(Clone, PartialEq, Eq)]
pub struct Concerne {
    /// Given name of the person, when the letter speaks to somebody who acts for them.
    pub autre: Option<String>,
    /// Under the age from which nobody else has to agree.
    pub mineur: bool,
    /// Under the age from which one chooses.
    pub enfant: bool,
    /// Age from which one chooses, and from which nobody else has to agree.
    pub ages: (i64, i64),
    pub remboursement: Remboursement,
}

impl std::fmt::Debug for Concerne {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Concerne(…)")
    }
}

const PASSE: &str = "Ce qui se passe";
const ARGENT: &str = "Ce que cela change pour les remboursements";
const FAIRE: &str = "Ce que vous pouvez faire";
const QUAND: &str = "Jusqu'à quand";
const TEXTE: &str = "Le texte";
const CONTACT: &str = "À qui vous adresser";
const RIEN: &str = "Vous n'avez rien à faire.";

/// The letter that tells a fact to somebody.
pub fn lettre(
    (reference, caisse, jour): (EvenementId, Caisse, NaiveDate),
    destinataire: Destinataire,
    qui: &Concerne,
    fait: &Fait,
) -> Lettre {
    let mut parties = vec![
        (PASSE, passe(qui, fait)),
        (ARGENT, argent(qui, fait)),
        (FAIRE, faire(qui, fait)),
        (QUAND, quand(qui, fait, jour)),
        (TEXTE, vec![texte(qui, fait).to_owned()]),
        (CONTACT, contact(fait)),
    ];
    parties.retain(|(_, phrases)| !phrases.is_empty());
    Lettre { reference, caisse, jour, destinataire, objet: objet(qui, fait), parties }
}

/// « le docteur A », « les docteurs A et B ».
fn docteurs(noms: &[String]) -> String {
    match noms {
        [] => "un médecin".to_owned(),
        [seul] => format!("le docteur {seul}"),
        plusieurs => format!("les docteurs {}", enumere(plusieurs)),
    }
}

/// « de Gabriel », « d'Alice ».
fn de(nom: &str) -> String {
    let vowel =
        nom.chars().next().is_some_and(|first| "AEIOUYÀÂÉÈÊËÎÏÔÛÜaeiouyéèê".contains(first));
    if vowel { format!("d'{nom}") } else { format!("de {nom}") }
}

fn objet(qui: &Concerne, fait: &Fait) -> String {
    let traitant = qui.autre.as_deref().map_or_else(
        || "votre médecin traitant".to_owned(),
        |nom| format!("le médecin traitant {}", de(nom)),
    );
    match fait {
        Fait::Depart { .. } => format!("Départ : {traitant}"),
        Fait::Choix { .. } => format!("Choix enregistré : {traitant}"),
        Fait::FinProtection { .. } => format!("Fin de la période sans frais de plus : {traitant}"),
        Fait::SeizeAns { .. } => format!("Seize ans : {traitant}"),
    }
}

fn passe(qui: &Concerne, fait: &Fait) -> Vec<String> {
    let autre = qui.autre.as_deref();
    match fait {
        Fait::Depart { medecins, motif: why, jour, .. } => {
            let (jour, qui_part) = (en_toutes_lettres(*jour), docteurs(medecins));
            let a = autre.map_or_else(|| "vous n'avez".to_owned(), |nom| format!("{nom} n'a"));
            vec![format!(
                "À partir du {jour}, {a} plus pour médecin traitant {qui_part}. Motif enregistré : {}.",
                why.en_mots()
            )]
        }
        Fait::Choix { medecins, depuis, canal, numero } => {
            let nom =
                autre.map_or_else(|| "à votre nom".to_owned(), |nom| format!("au nom {}", de(nom)));
            let how = match canal {
                Canal::Papier => "d'après un formulaire signé sur papier, que votre caisse a saisi",
                Canal::Teleservice => "par le téléservice des médecins",
                Canal::Portail | Canal::Reprise => "par le portail",
            };
            let verbe = if medecins.len() > 1 {
                "sont médecins traitants"
            } else {
                "est médecin traitant"
            };
            vec![
                format!(
                    "Une déclaration de choix du médecin traitant a été enregistrée {nom}, {how}."
                ),
                format!(
                    "Depuis le {}, {} {verbe}. Numéro de la déclaration : {numero}.",
                    en_toutes_lettres(*depuis),
                    docteurs(medecins)
                ),
            ]
        }
        Fait::FinProtection { mois, jour } => {
            let a = autre.map_or_else(
                || "Depuis le départ de votre médecin, vous n'avez".to_owned(),
                |nom| format!("Depuis le départ de son médecin, {nom} n'a"),
            );
            let last = veille(*jour).unwrap_or(*jour);
            vec![format!(
                "{a} pas de médecin traitant. Pendant {mois}\u{a0}mois, cela ne coûte rien de \
                 plus. Le dernier jour de cette période est le {}.",
                en_toutes_lettres(last)
            )]
        }
        Fait::SeizeAns { jour, .. } => {
            let (choix, majorite) = qui.ages;
            let jour = en_toutes_lettres(*jour);
            vec![match autre {
                None => format!(
                    "Le jour de vos {choix}\u{a0}ans est le {jour}. À partir de ce jour, c'est à vous de choisir votre médecin \
                     traitant, avec l'accord d'un titulaire de l'autorité parentale jusqu'à {majorite}\u{a0}ans."
                ),
                Some(nom) => format!(
                    "{nom} aura {choix}\u{a0}ans le {jour}. À partir de ce jour, c'est à {nom} de choisir son médecin \
                     traitant, avec l'accord d'un titulaire de l'autorité parentale jusqu'à {majorite}\u{a0}ans."
                ),
            }]
        }
    }
}

fn argent(qui: &Concerne, fait: &Fait) -> Vec<String> {
    let (prix, plein, reduit) = match &qui.remboursement {
        Remboursement::NonConcerne => {
            return vec![
                "Rien ne change : la règle du médecin traitant ne concerne pas la couverture actuelle."
                    .to_owned(),
            ];
        }
        Remboursement::AvantAge if !matches!(fait, Fait::SeizeAns { .. }) => {
            let (age, _) = qui.ages;
            return vec![format!(
                "Rien ne change avant {age}\u{a0}ans : le remboursement est le même quel que soit le médecin. Ensuite, il \
                 baisse pour qui n'a pas de médecin traitant."
            )];
        }
        Remboursement::AvantAge => return Vec::new(),
        Remboursement::Consultation { prix, plein, reduit } => {
            (prix.in_euros(), plein.in_euros(), reduit.in_euros())
        }
    };
    let exemple = format!("une consultation de généraliste à {prix}");
    let baisse = format!("remboursée {reduit} au lieu de {plein} {GENERAL}");
    let sauf = "Une urgence, ou une consultation loin de chez soi, reste remboursée comme avant.";
    match fait {
        Fait::Depart { restent, .. } if !restent.is_empty() => {
            vec![format!("Rien ne change : le suivi continue avec {}.", docteurs(restent))]
        }
        Fait::Depart { protege_jusqu_au: Some(au), .. } => {
            let last = veille(*au).unwrap_or(*au);
            vec![format!(
                "Jusqu'au {} inclus, rien ne change. Ensuite, sans nouveau médecin traitant, {exemple} sera {baisse}.",
                en_toutes_lettres(last)
            )]
        }
        Fait::Depart { jour, .. } => vec![
            format!(
                "Dès le {}, sans nouveau médecin traitant, {exemple} est {baisse}.",
                en_toutes_lettres(*jour)
            ),
            sauf.to_owned(),
        ],
        Fait::Choix { medecins, .. } => {
            let ceux = if medecins.len() > 1 {
                "Chez ces médecins, ou chez ceux à qui ils adressent"
            } else {
                "Chez ce médecin, ou chez ceux à qui il adresse"
            };
            vec![format!(
                "{ceux}, {exemple} est remboursée {plein} ; chez un autre, vu sans lettre, {reduit}, {GENERAL}."
            )]
        }
        Fait::FinProtection { jour, .. } => vec![
            format!(
                "À partir du {}, sans médecin traitant, {exemple} sera {baisse}.",
                en_toutes_lettres(*jour)
            ),
            sauf.to_owned(),
        ],
        Fait::SeizeAns { medecins, .. } => {
            let (age, _) = qui.ages;
            let sans = if medecins.is_empty() {
                "sans médecin traitant"
            } else {
                "chez un autre médecin que le médecin traitant, vu sans sa lettre"
            };
            vec![format!(
                "Avant {age}\u{a0}ans, le remboursement est le même quel que soit le médecin. À partir de {age}\u{a0}ans, {sans}, \
                 {exemple} est {baisse}."
            )]
        }
    }
}

fn faire(qui: &Concerne, fait: &Fait) -> Vec<String> {
    if a_choisir(fait) && qui.remboursement != Remboursement::NonConcerne {
        return vec![choisir(qui)];
    }
    match fait {
        Fait::Depart { .. } | Fait::FinProtection { .. } => vec![RIEN.to_owned()],
        Fait::Choix { .. } => vec![
            "Si ce choix est bien le bon, vous n'avez rien à faire.".to_owned(),
            "Sinon, contestez-le : en ligne, dans votre espace, ou par lettre à votre caisse avec le numéro de la \
             déclaration et vos raisons. La caisse décide, et vous répond. Vous pouvez aussi en choisir un autre à tout \
             moment : le dernier choix signé l'emporte."
                .to_owned(),
        ],
        Fait::SeizeAns { medecins, .. } if medecins.is_empty() => vec![RIEN.to_owned()],
        Fait::SeizeAns { medecins, .. } => {
            let verbe = if medecins.len() > 1 { "restent" } else { "reste" };
            let mut reste = docteurs(medecins);
            if let Some(first) = reste.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            vec![format!("{RIEN} {reste} {verbe} médecin traitant, jusqu'à un autre choix.")]
        }
    }
}

fn choisir(qui: &Concerne) -> String {
    let (_, majorite) = qui.ages;
    let pour = qui.autre.as_deref().map_or_else(String::new, |nom| format!(" pour {nom}"));
    // A guardian signs for somebody who has chosen.
    let choisi = if qui.autre.is_some() && !qui.enfant { "" } else { " de votre choix" };
    let accord = if qui.autre.is_none() && qui.mineur {
        format!(
            ", avec l'accord d'un titulaire de l'autorité parentale jusqu'à {majorite}\u{a0}ans"
        )
    } else {
        String::new()
    };
    format!(
        "Choisir un médecin traitant{pour} : le médecin{choisi} et vous signez ensemble une déclaration, sans frais{accord}."
    )
}

fn quand(qui: &Concerne, fait: &Fait, jour: NaiveDate) -> Vec<String> {
    let limite = match fait {
        Fait::Choix { .. } => {
            return vec![
                "Aucune date limite n'est fixée : dites-le dès que vous le voyez. Un choix se conteste une seule fois."
                    .to_owned(),
            ];
        }
        Fait::Depart { jour, protege_jusqu_au, .. } => protege_jusqu_au.unwrap_or(*jour),
        Fait::FinProtection { jour, .. } | Fait::SeizeAns { jour, .. } => *jour,
    };
    if !a_choisir(fait) {
        return Vec::new();
    }
    let (age, _) = qui.ages;
    vec![match qui.remboursement {
        Remboursement::NonConcerne => return Vec::new(),
        Remboursement::AvantAge => format!("Avant {age}\u{a0}ans, pour que rien ne change."),
        Remboursement::Consultation { .. } if limite > jour => {
            format!("Avant le {}, pour que rien ne change.", en_toutes_lettres(limite))
        }
        Remboursement::Consultation { .. } => {
            let depuis = en_toutes_lettres(limite);
            format!("Dès que possible : la règle ci-dessus compte depuis le {depuis}.")
        }
    }]
}

/// Whether nobody is médecin traitant any more, or soon.
const fn a_choisir(fait: &Fait) -> bool {
    match fait {
        Fait::Depart { restent, .. } => restent.is_empty(),
        Fait::Choix { .. } => false,
        Fait::FinProtection { .. } => true,
        Fait::SeizeAns { medecins, .. } => medecins.is_empty(),
    }
}

const fn texte(qui: &Concerne, fait: &Fait) -> &'static str {
    let paie = matches!(qui.remboursement, Remboursement::Consultation { .. });
    match fait {
        Fait::Depart { protege_jusqu_au: Some(_), .. } | Fait::FinProtection { .. } if paie => {
            "Article L. 162-5-3, 5°, du code de la sécurité sociale : pas de majoration pendant douze mois après la retraite du \
             médecin traitant ou son départ du département."
        }
        Fait::Depart { .. } | Fait::Choix { .. } | Fait::FinProtection { .. } => {
            "Article L. 162-5-3 du code de la sécurité sociale : chacun choisit son médecin traitant, avec l'accord de ce \
             médecin."
        }
        Fait::SeizeAns { .. } => {
            "Article L. 162-5-3 du code de la sécurité sociale : à partir de seize ans, chacun choisit son médecin traitant."
        }
    }
}

fn contact(fait: &Fait) -> Vec<String> {
    let mut phrases = vec![
        "Votre caisse d'assurance maladie, en rappelant la référence écrite en haut de cette lettre.".to_owned(),
    ];
    if a_choisir(fait) {
        phrases.push(
            "Si aucun médecin ne peut vous prendre, demandez l'aide du conciliateur de votre caisse.".to_owned(),
        );
    }
    phrases
}
