//! What the patient is advised, where the register knows what could not be done, or is done already.

use traitant::domain::evaluation::{AttenteConnue, MtConnu, RelationMt as R, SignaturesConnues};
use traitant::domain::feuille_de_soins::Complementaire as Cover;

use super::support::{LAW, Question, consultation, day};

const SOINS: &str = "2025-06-16";

fn juin() -> Question {
    consultation(day(SOINS), 3000).complementaire(Cover::Amc)
}

fn specialiste(code: &str) -> Question {
    consultation(day(SOINS), 2650).complementaire(Cover::Amc).specialite(code).code("CS")
}

fn sachant(mut question: Question, known: MtConnu) -> Question {
    question.faits.registre.mt = Some(known);
    question
}

fn absent(question: Question) -> Question {
    sachant(question, MtConnu { sans_exercice: vec![day(SOINS)], ..MtConnu::default() })
}

fn page(question: &Question) -> String {
    let told = LAW.raconter(&question.soins, &question.faits, &question.answer()).unwrap();
    told.phrases.join("\n").replace(['\u{a0}', '\u{202f}'], " ")
}

/// Every way of being outside the parcours while somebody is médecin traitant.
fn dehors() -> [Question; 4] {
    [
        juin().mt(R::Autre),
        juin().mt(R::Autre).indicateur(""),
        specialiste("15").mt(R::Autre).indicateur("S1"),
        specialiste("03").mt(R::Autre).indicateur("S2"),
    ]
}

#[test]
fn nobody_is_told_to_have_seen_a_doctor_who_did_not_practise() {
    for question in dehors() {
        let there = question.clone();
        let gone = absent(question);
        assert_eq!(gone.answer(), there.answer(), "the amounts are the same");
        let told = LAW.raconter(&gone.soins, &gone.faits, &gone.answer()).unwrap();
        assert_eq!(told.autrement, None);
        let text = page(&gone);
        for said in [
            "votre médecin traitant, qui n'exerçait pas ce jour-là",
            "Quand votre médecin traitant n'exerce pas, voyez le médecin qui le remplace, s'il y en a un",
            "si ce médecin remplaçait le vôtre",
        ] {
            assert!(text.contains(said), "« {said} » is not in\n{text}");
        }
        for wrong in
            ["Si vous aviez consulté", "Si vous aviez eu", "La prochaine fois", "demandez d'abord"]
        {
            assert!(!text.contains(wrong), "« {wrong} » is in\n{text}");
        }
        assert!(!page(&there).contains("n'exerçait pas"));
    }
    // Of another day, it changes nothing.
    let known = MtConnu { sans_exercice: vec![day("2025-06-15")], ..MtConnu::default() };
    let other = sachant(juin().mt(R::Autre), known);
    assert!(page(&other).contains("voyez d'abord votre médecin traitant"));
}

#[test]
fn whoever_has_chosen_since_is_not_invited_to_choose() {
    let chosen = MtConnu { choisi_le: Some(day("2025-07-01")), ..MtConnu::default() };
    for question in [
        juin(),
        juin().indicateur("U"),
        juin().indicateur("H"),
        juin().mt(R::Parti),
        juin().age(10),
        juin().age(17),
    ] {
        let before = page(&question);
        let text = page(&sachant(question, chosen.clone()));
        for invited in
            ["vous pouvez choisir", "pour choisir", "peut déjà choisir", "ne peut vous prendre"]
        {
            assert!(!text.contains(invited), "« {invited} » is in\n{text}");
        }
        if before.contains("choisir") {
            assert!(
                text.contains("Vous avez un médecin traitant depuis le 1er juillet 2025"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_declaration_under_way_says_whose_signature_is_missing_or_that_none_is() {
    let attente = |complete: Option<&str>, [assure, representant, medecin]: [bool; 3]| MtConnu {
        attente: Some(AttenteConnue {
            complete_le: complete.map(day),
            signees: SignaturesConnues { assure, representant, medecin, autres_medecins: true },
        }),
        ..MtConnu::default()
    };
    let (yes, no) = (true, false);
    for indicateur in ["N", "S2"] {
        let waiting = |age: u8| juin().age(age).mt(R::EnAttente).indicateur(indicateur);
        for (age, signed, said) in [
            (45, [yes, no, no], "il manque une signature : celle de ce médecin."),
            (45, [no, no, yes], "il manque une signature : la vôtre."),
            (45, [no, yes, no], "il manque une signature : celle de ce médecin."),
            (18, [no, no, yes], "il manque une signature : la vôtre."),
            (17, [yes, no, yes], "il manque une signature : celle d'un de vos parents."),
            (17, [no, yes, yes], "il manque une signature : la vôtre."),
            (
                16,
                [no, no, yes],
                "il manque des signatures : la vôtre et celle d'un de vos parents.",
            ),
            (
                17,
                [yes, no, no],
                "il manque des signatures : celle d'un de vos parents et celle de ce médecin.",
            ),
        ] {
            let text = page(&sachant(waiting(age), attente(None, signed)));
            assert!(text.contains(said), "{age} {signed:?}: {text}");
            assert!(
                !text.contains("vérifiez que vous") && !text.contains("Vérifiez simplement"),
                "{text}"
            );
        }
        let complete = page(&sachant(waiting(45), attente(Some("2025-06-20"), [yes, no, yes])));
        assert!(complete.contains("est signée par tous depuis le 20 juin 2025"), "{complete}");
        assert!(!complete.contains("il manque"), "{complete}");
    }
}
