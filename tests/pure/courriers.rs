//! What letters say, whole: kept as a page, to be read aloud when it changes.

use std::fmt::Write;

use chrono::NaiveDate;
use traitant::domain::acteur::Caisse;
use traitant::domain::courrier::{Concerne, Destinataire, Fait, Lettre, Remboursement, lettre};
use traitant::domain::declaration::Canal;
use traitant::domain::designation::MotifDepart;
use traitant::domain::identifiers::Organisme;
use traitant::domain::ids::EvenementId;
use traitant::domain::money::Centimes;
use traitant::domain::vocabulary::Vocabulaire;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn consultation() -> Remboursement {
    let [prix, plein, reduit] = [3_000, 2_100, 1_040].map(Centimes::new);
    Remboursement::Consultation { prix, plein, reduit }
}

fn qui(
    autre: Option<&str>,
    (mineur, enfant): (bool, bool),
    remboursement: Remboursement,
) -> Concerne {
    Concerne { autre: autre.map(str::to_owned), mineur, enfant, ages: (16, 18), remboursement }
}

fn adulte() -> Concerne {
    qui(None, (false, false), consultation())
}

fn enfant() -> Concerne {
    qui(Some("GABRIEL"), (true, true), Remboursement::AvantAge)
}

fn ecrite(qui: &Concerne, fait: &Fait) -> Lettre {
    let place = (
        EvenementId::from_uuid(uuid::Uuid::nil()),
        Caisse::of(Organisme::parse("010110000").unwrap()),
        day("2025-06-17"),
    );
    let destinataire = Destinataire { lignes: vec!["ALICE ESSAI-FAURE".to_owned()], adresse: None };
    lettre(place, destinataire, qui, fait)
}

fn depart(motif: MotifDepart, restent: &[&str], protege: Option<&str>) -> Fait {
    Fait::Depart {
        medecins: vec!["CAMILLE ESSAI-MARTIN".to_owned()],
        motif,
        jour: day("2025-07-01"),
        restent: restent.iter().map(|nom| (*nom).to_owned()).collect(),
        protege_jusqu_au: protege.map(day),
    }
}

fn choix(canal: Canal, medecins: &[&str]) -> Fait {
    Fait::Choix {
        medecins: medecins.iter().map(|nom| (*nom).to_owned()).collect(),
        depuis: day("2025-06-10"),
        canal,
        numero: "MT-ESSAI".to_owned(),
    }
}

fn seize(medecins: &[&str]) -> Fait {
    let medecins = medecins.iter().map(|nom| (*nom).to_owned()).collect();
    Fait::SeizeAns { jour: day("2025-08-20"), medecins }
}

const PONS: &str = "JEANNE ESSAI-PONS";
const MARTIN: &str = "CAMILLE ESSAI-MARTIN";

fn situations() -> Vec<(&'static str, Concerne, Fait)> {
    use MotifDepart as M;
    let fin = Fait::FinProtection { mois: 12, jour: day("2025-08-01") };
    let protege = || qui(Some("PAULE"), (false, false), consultation());
    let jeune = || qui(None, (true, false), consultation());
    vec![
        (
            "Retraite, avec douze mois sans majoration",
            adulte(),
            depart(M::Retraite, &[], Some("2026-07-01")),
        ),
        ("Décès du médecin", adulte(), depart(M::Deces, &[], None)),
        ("Le médecin met fin au suivi, à seize ans", jeune(), depart(M::Medecin, &[], None)),
        (
            "Un des médecins d'un choix conjoint s'en va",
            adulte(),
            depart(M::ChangementDeLieu, &[PONS], None),
        ),
        ("Retraite du médecin d'un enfant", enfant(), depart(M::Retraite, &[], Some("2026-07-01"))),
        ("Cessation, pour une personne sous tutelle", protege(), depart(M::Cessation, &[], None)),
        (
            "Départ pour un autre département, hors du parcours de soins",
            qui(None, (false, false), Remboursement::NonConcerne),
            depart(M::ChangementDeDepartement, &[], Some("2026-07-01")),
        ),
        ("Choix saisi sur papier", adulte(), choix(Canal::Papier, &[MARTIN])),
        ("Choix conjoint par téléservice", adulte(), choix(Canal::Teleservice, &[MARTIN, PONS])),
        ("Choix pour un enfant", enfant(), choix(Canal::Papier, &[MARTIN])),
        ("Fin des douze mois", adulte(), fin.clone()),
        ("Fin des douze mois, pour un enfant", enfant(), fin),
        (
            "Seize ans, avec un médecin traitant, au parent",
            qui(Some("ALIX"), (true, true), consultation()),
            seize(&[MARTIN]),
        ),
        (
            "Seize ans, sans médecin traitant, au parent",
            qui(Some("ALIX"), (true, true), consultation()),
            seize(&[]),
        ),
        ("Seize ans, à l'intéressé", jeune(), seize(&[])),
    ]
}

#[test]
fn the_letters_are_those_that_were_read_aloud() {
    let mut page = String::from("# Ce que disent les courriers\n");
    for (titre, qui, fait) in situations() {
        let letter = ecrite(&qui, &fait);
        write!(page, "\n## {titre}\n\n**{}**\n", letter.objet).unwrap();
        for (part, phrases) in &letter.parties {
            write!(page, "\n- {part} : {}\n", phrases.join(" ")).unwrap();
        }
    }
    let page = page.replace("\n\n- ", "\n- ").replace("**\n- ", "**\n\n- ");
    let kept = include_str!("../data/courriers.md");
    if page != kept {
        let now = concat!(env!("CARGO_TARGET_TMPDIR"), "/courriers.md");
        std::fs::write(now, &page).unwrap();
        panic!("read {now} aloud, then keep it as tests/data/courriers.md");
    }
}

#[test]
fn every_letter_says_what_happened_what_to_do_the_article_and_whom_to_ask() {
    for (titre, qui, fait) in situations() {
        let letter = ecrite(&qui, &fait);
        let parts: Vec<&str> = letter.parties.iter().map(|(part, _)| *part).collect();
        for wanted in
            ["Ce qui se passe", "Ce que vous pouvez faire", "Le texte", "À qui vous adresser"]
        {
            assert!(parts.contains(&wanted), "{titre}: {parts:?}");
        }
        let text: String =
            letter.parties.iter().flat_map(|(_, phrases)| phrases.iter().cloned()).collect();
        assert!(text.contains("Article L. 162-5-3"), "{titre}");
        // Nobody's code reaches the reader, and nobody's health.
        for word in MotifDepart::TOUS.iter().map(|one| one.mot()).filter(|word| word.contains('_'))
        {
            assert!(!text.contains(word), "{titre}: {word}");
        }
    }
}

#[test]
fn a_protection_that_ends_is_told_with_its_last_day_and_the_first_one_after() {
    let letter = ecrite(&adulte(), &depart(MotifDepart::Retraite, &[], Some("2028-03-01")));
    let text: String =
        letter.parties.iter().flat_map(|(_, phrases)| phrases.iter().cloned()).collect();
    assert!(text.contains("Jusqu'au 29\u{a0}février 2028 inclus"), "{text}");
    assert!(text.contains("Avant le 1er\u{a0}mars 2028"), "{text}");
}
