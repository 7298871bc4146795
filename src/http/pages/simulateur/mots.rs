//! The account of care that no feuille tells: it names no feuille, and what is to come is not told as past.

use serde_json::Value;

use crate::http::pages::membres::avertissement;

/// What the account of a feuille says, and what is said before there is one.
const SANS_FEUILLE: [(&str, &str); 11] = [
    (", et la feuille n'en indique aucun", ", et rien de ce que vous avez donné n'en indique un"),
    ("Un supplément de la feuille", "Un supplément"),
    ("un des actes de la feuille", "un des actes"),
    ("Un code de la feuille", "Un code"),
    (
        "La feuille annonce une situation, et ce calcul en trouve une autre.",
        "Pour ces soins, votre réponse sur le médecin traitant ne change pas le remboursement.",
    ),
    ("La feuille annonce une prise en charge", "Vous annoncez une prise en charge"),
    (
        "Le tarif de base écrit sur la feuille n'est pas celui que nous connaissons",
        "Le tarif de base que vous avez donné n'est pas celui que nous connaissons",
    ),
    (
        "La base de remboursement n'est pas le tarif de cet acte le jour des soins : elle a été retenue telle quelle.",
        "Ce calcul a retenu le tarif de base que vous avez donné, qui n'est pas celui que nous connaissons pour ce jour.",
    ),
    (
        "La couverture complémentaire de la feuille n'existait pas",
        "Cette complémentaire n'existait pas",
    ),
    ("L'option tarifaire de la feuille n'existait pas encore", "L'OPTAM n'existait pas encore"),
    (
        "La situation déterminée n'est pas celle que l'indicateur de la feuille annonce.",
        "Pour ces soins, votre réponse sur le médecin traitant ne change pas le remboursement.",
    ),
];

/// What is told of the past, and of a day to come.
const A_VENIR: [(&str, &str); 26] = [
    ("vous avez consulté", "vous consulterez"),
    ("vous avez reçu", "vous recevrez"),
    ("vous a adressé", "vous aura adressé"),
    ("vous n'aviez plus de médecin traitant", "vous n'aurez plus de médecin traitant"),
    ("parce que le vôtre était parti", "parce que le vôtre sera parti"),
    ("vous n'avez rien de plus à payer", "vous n'aurez rien de plus à payer"),
    ("votre enfant avait moins", "votre enfant aura moins"),
    ("vous aviez l'aide médicale", "vous aurez l'aide médicale"),
    ("mais cela n'a rien changé", "mais cela ne changera rien"),
    ("vous avez droit au remboursement", "vous aurez droit au remboursement"),
    ("l'Assurance maladie rembourse ", "l'Assurance maladie remboursera "),
    ("Si vous aviez eu ", "Si vous aviez "),
    ("Si vous aviez consulté ", "Si vous consultiez "),
    ("Si ce médecin avait été ", "Si ce médecin était "),
    ("il vous serait resté", "il vous resterait"),
    ("il ne vous serait rien resté", "il ne vous resterait rien"),
    ("vous n'auriez pas payé moins", "vous ne paieriez pas moins"),
    ("n'aurait pas pu demander", "ne pourrait pas demander"),
    (
        "Si vous aviez une lettre, ou si votre médecin traitant était absent, dites-le à votre caisse\u{a0}: elle peut \
         corriger ce calcul.",
        "Avec une lettre, ou si votre médecin traitant est absent, vous paierez moins.",
    ),
    ("La prochaine fois, demandez d'abord", "Avant d'y aller, demandez"),
    ("La prochaine fois, voyez d'abord", "Voyez d'abord"),
    (
        "celui que vous avez vu, vous pouvez le choisir à la place",
        "ce médecin, vous pouvez le choisir à la place",
    ),
    ("Pour la suite, vous pouvez choisir", "D'ici là, vous pouvez choisir"),
    ("n'existait pas", "n'existera pas"),
    ("a été retenue", "est retenue"),
    ("Vous avez atteint", "Vous aurez atteint"),
];

/// Says the account again, as of care of which there is no feuille; `a_venir` when its day is still to come.
pub(super) fn redire(said: &mut Value, a_venir: bool) {
    let say = |text: &str| {
        let words = SANS_FEUILLE.iter().chain(A_VENIR.iter().filter(|_| a_venir));
        words.fold(text.to_owned(), |text, (known, instead)| text.replace(known, instead))
    };
    if let Some(phrases) =
        said.pointer_mut("/pour_le_patient/phrases").and_then(Value::as_array_mut)
    {
        for phrase in phrases {
            *phrase = phrase.as_str().map(say).unwrap_or_default().into();
        }
    }
    if let Some(warnings) = said.get_mut("avertissements").and_then(Value::as_array_mut) {
        for warning in warnings {
            // As the patient reads them, then without a feuille.
            let Some(told) = avertissement(warning).map(say) else { continue };
            if let Some(fields) = warning.as_object_mut() {
                fields.insert("message".to_owned(), told.into());
            }
        }
    }
}
