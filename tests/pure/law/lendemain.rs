//! The first days of a year that nobody has verified yet, and the values that a caisse adds.

use std::fmt::Write;

use traitant::domain::evaluation::{Avertissement, Evaluation, RelationMt};
use traitant::domain::money::Centimes;
use traitant::domain::vocabulary::Vocabulaire;
use traitant::law::parameters::ajouts::Ajout;
use traitant::law::parameters::{Origine, Parametre};
use traitant::law::{AuDela, InvalidLaw, Law, LawError};

use super::support::{LAW, Question, consultation, day};

fn ajout(fichier: &str, contenu: &str) -> Ajout {
    Ajout { fichier: fichier.to_owned(), contenu: contenu.to_owned() }
}

fn with(contenu: &str) -> Law {
    Law::avec(&[ajout("2027.toml", contenu)]).unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong with some files, a line each.
fn refused(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<Ajout> = files.iter().map(|(name, content)| ajout(name, content)).collect();
    let Err(InvalidLaw::Parametres(wrong)) = Law::avec(&files) else { panic!("accepted") };
    wrong.0.iter().map(ToString::to_string).collect()
}

fn wrong(contenu: &str) -> Vec<String> {
    refused(&[("2027.toml", contenu)])
}

/// A value of the participation from a day, with what a test adds.
fn participation(more: &str) -> String {
    format!(
        "[PF_MONTANT]
         unite = \"centimes\"
         verifie_le = 2026-12-22
         verifie_jusqu_au = 2027-12-31
         [[PF_MONTANT.valeurs]]
         bases = [\"CSS-L160-13\"]
         {more}"
    )
}

/// Every parameter verified for one more year, but some.
fn one_more_year(but: &[Parametre]) -> String {
    let mut text = String::new();
    for (parametre, historique) in LAW.parametres().iter().filter(|(one, _)| !but.contains(one)) {
        let (code, unite) = (parametre.mot(), historique.unite.mot());
        writeln!(
            text,
            "[{code}]\nunite = \"{unite}\"\nverifie_le = 2026-12-22\nverifie_jusqu_au = 2027-12-31"
        )
        .unwrap();
    }
    text
}

/// A consultation of the médecin traitant.
fn inside(jour: &str) -> Question {
    consultation(day(jour), 3000).mt(RelationMt::Executant).indicateur("T")
}

fn asked(law: &Law, question: &Question) -> Evaluation {
    law.evaluer(&question.soins, &question.faits).unwrap_or_else(|error| panic!("{error}"))
}

fn warned(evaluation: &Evaluation) -> Vec<Option<u16>> {
    let told = |code| code == Avertissement::ValeurAVerifier;
    let all = evaluation.avertissements.iter().filter(|one| told(one.code));
    all.map(|one| one.numero_ligne).collect()
}

#[test]
fn on_the_first_of_january_the_last_values_go_on_with_a_warning_by_act() {
    assert_eq!(warned(&asked(&LAW, &inside("2026-12-31"))), []);
    for jour in ["2027-01-01", "2027-01-02"] {
        let answer = asked(&LAW, &inside(jour));
        assert_eq!(warned(&answer), [Some(1)], "{jour}");
        assert_eq!(answer.totaux, asked(&LAW, &inside("2026-12-31")).totaux, "{jour}");
        // Two acts, two warnings; a supplement is part of its act.
        let two = asked(&LAW, &inside(jour).puis("MCG", 500).puis("G", 3000));
        assert_eq!(warned(&two), [Some(1), Some(3)], "{jour}");
    }
}

#[test]
fn a_service_that_refuses_such_days_says_up_to_which_it_answers() {
    let strict = Law::embedded().unwrap().au_dela(AuDela::Refuser);
    assert_eq!(strict.empreinte(), LAW.empreinte());
    let last = inside("2026-12-31");
    assert_eq!(asked(&strict, &last), asked(&LAW, &last));
    for jour in ["2027-01-01", "2027-01-02"] {
        let question = inside(jour);
        let refused = strict.evaluer(&question.soins, &question.faits).unwrap_err();
        let (jour, du, dernier) = (day(jour), day("2006-01-01"), Some(day("2026-12-31")));
        assert_eq!(refused, LawError::HorsCouverture { jour, du, dernier });
        // What was answered once is made again whatever the service refuses since.
        let again = strict.refaire(&question.soins, &question.faits).unwrap();
        assert_eq!(again, asked(&LAW, &question));
    }
}

#[test]
fn an_act_of_a_series_is_refused_on_the_day_whose_values_it_read() {
    let strict = Law::embedded().unwrap().au_dela(AuDela::Refuser);
    let mut series = inside("2027-01-02");
    series.soins.actes[0].date_prescription_serie = Some(day("2026-12-30"));
    series.faits.relations_mt.push((day("2026-12-30"), RelationMt::Executant));
    // The law is that of the prescription; the participation, that of the day of the act.
    let refused = strict.evaluer(&series.soins, &series.faits).unwrap_err();
    let (jour, du, dernier) = (day("2027-01-02"), day("2006-01-01"), Some(day("2026-12-31")));
    assert_eq!(refused, LawError::HorsCouverture { jour, du, dernier });
    assert_eq!(warned(&asked(&LAW, &series)), [Some(1)]);
    let law = with(&one_more_year(&[Parametre::TauxAmoMedecin]));
    assert_eq!(warned(&asked(&law, &series)), [], "verified on the day of the prescription");
}

#[test]
fn only_what_the_answer_reads_counts() {
    let law = with(&one_more_year(&[Parametre::PfMontant]));
    // The participation is read for an adult, not for a child.
    assert_eq!(warned(&asked(&law, &inside("2027-01-01"))), [Some(1)]);
    assert_eq!(warned(&asked(&law, &inside("2027-01-01").age(12))), []);
    let strict = law.au_dela(AuDela::Refuser);
    asked(&strict, &inside("2027-01-01").age(12));
    let adult = inside("2027-01-01");
    strict.evaluer(&adult.soins, &adult.faits).unwrap_err();
    // The act of 2026 in a feuille of 2027 reads the values of its own day.
    let mut both = inside("2027-01-01").puis("G", 3000);
    both.soins.actes[1].date_execution = day("2026-12-31");
    both.faits.relations_mt.push((day("2026-12-31"), RelationMt::Executant));
    let law = with(&one_more_year(&[Parametre::PfMontant]));
    assert_eq!(warned(&asked(&law, &both)), [Some(1)]);
}

#[test]
fn the_instruction_names_what_was_read_and_nobody_verified() {
    let law = with(&one_more_year(&[Parametre::PfMontant, Parametre::MtmTaux]));
    let told = |question: &Question| {
        let evaluation = asked(&law, question);
        let acts = law.instruire(&question.soins, &question.faits, &evaluation, false).unwrap();
        acts.into_iter().map(|act| act.a_verifier).collect::<Vec<_>>()
    };
    assert_eq!(told(&inside("2026-12-31")), [vec![]]);
    assert_eq!(told(&inside("2027-01-01")), [vec![Parametre::PfMontant]]);
    let outside = consultation(day("2027-01-01"), 3000);
    assert_eq!(told(&outside), [vec![Parametre::MtmTaux, Parametre::PfMontant]]);
}

#[test]
fn an_added_value_is_used_from_its_first_day_and_not_the_day_before() {
    let law = with(&participation("depuis = 2027-01-01\nvaleur = 300"));
    let kept = |jour: &str| asked(&law, &inside(jour)).totaux.participation;
    assert_eq!(kept("2026-12-31"), Centimes::new(200));
    assert_eq!(kept("2027-01-01"), Centimes::new(300));
    assert_eq!(kept("2027-01-02"), Centimes::new(300));
    let historique = law.parametres().get(Parametre::PfMontant).unwrap();
    let of = |jour: &str| historique.en_vigueur(day(jour)).unwrap();
    assert_eq!(of("2026-12-31").origine, Origine::Programme);
    assert_eq!(of("2026-12-31").periode.au(), Some(day("2027-01-01")));
    assert_eq!(of("2027-01-01").origine, Origine::Ajout("2027.toml".to_owned()));
    assert_eq!(historique.verifie_jusqu_au, day("2027-12-31"));
    assert_ne!(law.empreinte(), LAW.empreinte());
    // One that ends leaves nothing behind it: what follows is refused by name, not guessed.
    let ends = participation("depuis = 2027-01-01\njusqu_au = 2027-06-30\nvaleur = 300");
    let law = with(&ends);
    assert_eq!(asked(&law, &inside("2027-06-30")).totaux.participation, Centimes::new(300));
    let after = inside("2027-07-01");
    let Err(LawError::ParametreInconnu(unknown)) = law.evaluer(&after.soins, &after.faits) else {
        panic!("answered")
    };
    assert_eq!(unknown.parametre, Parametre::PfMontant);
}

#[test]
fn a_verification_alone_goes_further_and_never_back() {
    let all = with(&one_more_year(&[]));
    assert_eq!(warned(&asked(&all, &inside("2027-12-31"))), []);
    assert_eq!(warned(&asked(&all, &inside("2028-01-01"))), [Some(1)]);
    assert_ne!(all.empreinte(), LAW.empreinte());
    let less = one_more_year(&[]).replace("2027-12-31", "2025-12-31");
    assert_eq!(with(&less).empreinte(), LAW.empreinte());
}

#[test]
fn the_ends_of_verification_are_told_the_nearest_first() {
    let law = with(&participation("depuis = 2027-01-01\nvaleur = 300"));
    assert_eq!(law.verifiee_jusqu_au(), Some(day("2026-12-31")));
    assert_eq!(law.echeances(day("2026-12-30")), []);
    let [end] = &law.echeances(day("2026-12-31"))[..] else { panic!("one day") };
    assert!(!end.parametres.contains(&Parametre::PfMontant));
    assert!(end.parametres.contains(&Parametre::MtmTaux));
    let ends: Vec<_> = law.echeances(day("2027-12-31")).into_iter().skip(1).collect();
    assert_eq!(ends.len(), 1);
    assert_eq!(ends[0].parametres, [Parametre::PfMontant]);
}

#[test]
fn an_unknown_value_is_filled_and_what_remains_unknown_stays_so() {
    let law = with(
        "[TAUX_AMO_AUTRE_PROFESSION]
         unite = \"dix_milliemes\"
         verifie_le = 2026-12-22
         verifie_jusqu_au = 2026-12-31
         [[TAUX_AMO_AUTRE_PROFESSION.valeurs]]
         depuis = 2006-10-01
         jusqu_au = 2006-10-31
         valeur = 6500
         bases = [\"CSS-R160-5\"]",
    );
    let historique = law.parametres().get(Parametre::TauxAmoAutreProfession).unwrap();
    let worth = |jour: &str| historique.en_vigueur(day(jour)).unwrap().valeur;
    let days = ["2006-09-30", "2006-10-01", "2006-10-31", "2006-11-01", "2007-01-01"];
    assert_eq!(days.map(worth), [None, Some(6500), Some(6500), None, None]);
}

#[test]
fn a_verified_value_is_never_rewritten_in_silence() {
    let silent = participation("depuis = 2025-01-01\nvaleur = 250");
    let [told] = &wrong(&silent)[..] else { panic!("one mistake") };
    assert!(told.starts_with("2027.toml : PF_MONTANT : valeur du 2025-01-01"), "{told}");
    assert!(told.contains("corrige = true"), "{told}");
    let law = with(&participation(
        "depuis = 2025-01-01\njusqu_au = 2025-01-31\nvaleur = 250\ncorrige = true",
    ));
    let kept = |jour: &str| asked(&law, &inside(jour)).totaux.participation.get();
    let days = ["2024-12-31", "2025-01-01", "2025-01-31", "2025-02-01"];
    assert_eq!(days.map(kept), [200, 250, 250, 200]);
    // The last day verified is one of them, the day after is not.
    assert_eq!(wrong(&participation("depuis = 2026-12-31\nvaleur = 250")).len(), 1);
    with(&participation("depuis = 2027-01-01\nvaleur = 250"));
}

#[test]
fn a_program_that_knows_an_addition_already_starts_all_the_same() {
    let law = with(&participation("depuis = 2024-05-15\nvaleur = 200"));
    let historique = law.parametres().get(Parametre::PfMontant).unwrap();
    let before = LAW.parametres().get(Parametre::PfMontant).unwrap();
    assert_eq!(historique.valeurs, before.valeurs);
}

#[test]
fn two_files_never_give_the_same_day_in_silence() {
    let one = participation("depuis = 2027-01-01\nvaleur = 300");
    let told = refused(&[("a.toml", &one), ("b.toml", &one)]);
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.starts_with("b.toml : PF_MONTANT : valeur du 2027-01-01 : attendu une seule"));
    assert!(told.contains("a.toml"), "{told}");
    // In the middle of what the other verified: the same, unless it says that it corrects.
    let later = participation("depuis = 2027-07-01\nvaleur = 350");
    assert_eq!(refused(&[("a.toml", &one), ("b.toml", &later)]).len(), 1);
    let corrects = participation("depuis = 2027-07-01\nvaleur = 350\ncorrige = true");
    let files = [ajout("b.toml", &corrects), ajout("a.toml", &one)];
    let law = Law::avec(&files).unwrap();
    let kept = |jour: &str| asked(&law, &inside(jour)).totaux.participation.get();
    assert_eq!(["2026-12-31", "2027-06-30", "2027-07-01"].map(kept), [200, 300, 350]);
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place_and_what_is_expected() {
    let cases = [
        (
            "[PF_MONTAN]\nunite = \"centimes\"",
            "2027.toml : PF_MONTAN : attendu un code de paramètre",
        ),
        ("[PF_MONTANT", "2027.toml : attendu un fichier TOML"),
        ("PF_MONTANT = 3", "2027.toml : PF_MONTANT : attendu une table"),
    ];
    for (text, expected) in cases {
        let told = wrong(text);
        assert!(told.iter().any(|one| one.starts_with(expected)), "{text}: {told:?}");
    }
    let good = participation("depuis = 2027-01-01\nvaleur = 300");
    let several = good.replace("verifie_le = 2026-12-22", "").replace("300", "-3");
    assert_eq!(wrong(&several).len(), 2, "everything is told at once");
    let changes = [
        ("\"centimes\"", "\"ans\"", "PF_MONTANT : unite : attendu « centimes »"),
        ("\"centimes\"", "\"sous\"", "PF_MONTANT : unite : attendu une unité parmi ans, "),
        ("= 300", "= -1", "valeur du 2027-01-01 : valeur : attendu un entier de 0 à 10000000"),
        ("= 300", "= \"3\"", "valeur du 2027-01-01 : valeur : attendu un entier"),
        ("valeur = 300", "valuer = 300", "valeur du 2027-01-01 : valuer : attendu rien"),
        ("valeur = 300", "", "valeur du 2027-01-01 : valeur : attendu un entier"),
        ("= 300", "= 300\ninconnue = true", "valeur du 2027-01-01 : valeur : attendu rien"),
        ("CSS-L160-13", "INVENTE", "valeur du 2027-01-01 : bases : attendu des clés connues"),
        ("depuis = 2027-01-01", "", "valeur n° 1 : depuis : attendu un jour"),
        ("depuis = 2027-01-01", "depuis = \"2027\"", "valeur n° 1 : depuis : attendu un jour"),
        (
            "depuis = 2027-01-01",
            "depuis = 2028-01-01",
            "2028-01-01 : depuis : attendu un jour au plus tard",
        ),
        ("= 300", "= 300\njusqu_au = 2026-12-31", "jusqu_au : attendu un jour qui ne précède pas"),
        (
            "verifie_jusqu_au = 2027-12-31",
            "",
            "PF_MONTANT : verifie_jusqu_au : attendu le dernier jour",
        ),
        ("verifie_le = 2026-12-22", "", "PF_MONTANT : verifie_le : attendu un jour"),
        (
            "verifie_le",
            "libelle = \"Autre\"\nverifie_le",
            "PF_MONTANT : libelle : attendu rien, ou",
        ),
    ];
    for (from, to, expected) in changes {
        let told = wrong(&good.replace(from, to));
        assert!(told.iter().any(|one| one.contains(expected)), "{to}: {told:?}");
    }
}

#[test]
fn a_value_that_would_run_into_another_is_refused() {
    let text = participation("depuis = 2004-01-01\njusqu_au = 2005-01-01\nvaleur = 100");
    let [told] = &wrong(&text)[..] else { panic!("one mistake") };
    assert!(told.contains("valeur du 2004-01-01 : jusqu_au"), "{told}");
    assert!(told.contains("un jour avant le 2005-01-01"), "{told}");
    // The day before is free.
    with(&text.replace("2005-01-01", "2004-12-31"));
}

/// A file that cites a text which the program does not have.
fn citing() -> String {
    participation("depuis = 2027-01-01\nvaleur = 300").replace("CSS-L160-13", "DECRET-ESSAI")
        + "
         [textes.DECRET-ESSAI]
         citation = \"décret d'essai du 20 décembre 2026, article 1er\"
         objet = \"participation forfaitaire de 3 €\"
         lu_le = 2026-12-22"
}

#[test]
fn an_addition_cites_its_own_texts_which_reasons_give() {
    let law = with(&citing());
    let question = inside("2027-01-01");
    let answer = asked(&law, &question);
    let told = law.raconter(&question.soins, &question.faits, &answer).unwrap();
    let cited = "décret d'essai du 20 décembre 2026, article 1er";
    assert!(told.references.iter().any(|text| text == cited), "{:?}", told.references);
    let book = law.livre();
    assert!(book.contains(&format!("| DECRET-ESSAI | {cited} | participation")), "{book}");
    assert!(book.contains("| 2027-01-01 |  | 3,00\u{a0}€ (selon 2027.toml) | DECRET-ESSAI |"));
    let other = with(&citing().replace("20 décembre", "21 décembre"));
    assert_ne!(other.empreinte(), law.empreinte(), "what reasons cite is part of the law");
    let unread = citing().replace("lu_le = 2026-12-22", "");
    assert!(
        wrong(&unread).iter().any(|one| one.contains("DECRET-ESSAI : lu_le : attendu un jour"))
    );
}

#[test]
fn a_law_with_additions_is_kept_whole_beside_its_evaluations() {
    let law = with(&citing());
    let kept = Law::ancienne(&law.as_json()).unwrap();
    assert_eq!(kept.empreinte(), law.empreinte());
    let outside = consultation(day("2027-01-01"), 3000);
    for question in [inside("2027-01-01"), inside("2026-12-31"), outside] {
        let answer = asked(&law, &question);
        assert_eq!(asked(&kept, &question), answer);
        let told = |law: &Law| law.raconter(&question.soins, &question.faits, &answer).unwrap();
        assert_eq!(told(&kept), told(&law));
    }
    let value = |law: &Law| law.parametres().get(Parametre::PfMontant).unwrap().valeurs.clone();
    assert_eq!(value(&kept).last(), value(&law).last(), "its origin and its text too");
}
