//! More situations that were read aloud: every year, every profession, every cover, what is rare.

mod rares;

use traitant::domain::evaluation::{CouvertureConnue, RelationMt as R};
use traitant::domain::feuille_de_soins::{
    Complementaire as Cover, Contrat, Convention, Garantie, LieuExecution,
    NatureAssurance as Nature, QualificatifDepense as Q, TypeLieu,
};
use traitant::domain::money::Centimes;

use self::rares::{couvertures, depassements, plusieurs_actes};
use super::support::{Question, consultation, day};

type Lue = (&'static str, Question);

/// At the médecin traitant's, with a complementary insurance.
fn chez_le_mt(date: &str, fees: i64) -> Question {
    consultation(day(date), fees).complementaire(Cover::Amc).mt(R::Executant).indicateur("T")
}

/// At another doctor's, without a letter.
fn ailleurs(date: &str, fees: i64) -> Question {
    consultation(day(date), fees).complementaire(Cover::Amc).mt(R::Autre)
}

fn cardiologue(date: &str, fees: i64) -> Question {
    ailleurs(date, fees).specialite("03").code("CS")
}

fn professionnel(specialite: &str, code: &str, fees: i64) -> Question {
    consultation(day("2026-03-10"), fees)
        .complementaire(Cover::Amc)
        .mt(R::Autre)
        .indicateur("")
        .specialite(specialite)
        .code(code)
}

fn acte_technique(date: &str, code: &str, fees: i64) -> Question {
    consultation(day(date), fees)
        .complementaire(Cover::Aucune)
        .specialite("03")
        .ccam(code)
        .mt(R::Autre)
        .adresse_par("ESSAI")
}

fn avec(mut question: Question, change: impl FnOnce(&mut Question)) -> Question {
    change(&mut question);
    question
}

fn facture(question: Question, fees: i64, qualificatif: Option<Q>) -> Question {
    avec(question, |asked| {
        asked.soins.actes[0].honoraires = Centimes::new(fees);
        asked.soins.actes[0].qualificatif = qualificatif;
    })
}

fn nature(question: Question, nature: Nature) -> Question {
    avec(question, |asked| asked.soins.assurance.nature = nature)
}

fn convention(question: Question, convention: Convention) -> Question {
    avec(question, |asked| asked.soins.executant.convention = convention)
}

fn lieu(question: Question, nature: TypeLieu) -> Question {
    let lieu = LieuExecution { nature: Some(nature), ..LieuExecution::default() };
    avec(question, |asked| asked.soins.executant.lieu = Some(lieu))
}

fn prevue(question: Question, hours: u16) -> Question {
    avec(question.indicateur("U"), |asked| {
        asked.soins.parcours.urgence_prevue_heures = Some(hours);
    })
}

fn deja_retenu(question: Question, jour: i64, annee: (i32, i64)) -> Question {
    avec(question, |asked| {
        let date = asked.soins.actes[0].date_execution;
        asked.faits.participations_jour = vec![(date, Centimes::new(jour))];
        asked.faits.participations_an = vec![(annee.0, Centimes::new(annee.1))];
    })
}

fn contrat(question: Question, responsable: bool, garantie: Garantie) -> Question {
    avec(question, |asked| {
        asked.soins.beneficiaire.contrat = Some(Contrat { responsable, garantie });
    })
}

fn couverture(question: Question, known: CouvertureConnue) -> Question {
    avec(question, |asked| {
        let date = asked.soins.actes[0].date_execution;
        asked.faits.registre.couvertures = vec![(date, known)];
    })
}

fn tiers_payant(question: Question) -> Question {
    avec(question, |asked| asked.soins.paiement.tiers_payant_amo = true)
}

/// A second act, some days later.
fn plus_tard(question: Question, code: &str, fees: i64, date: &str, relation: R) -> Question {
    avec(question.puis(code, fees), |asked| {
        let last = asked.soins.actes.last_mut().unwrap();
        last.date_execution = day(date);
        asked.faits.relations_mt.push((day(date), relation));
    })
}

pub fn situations() -> Vec<Lue> {
    [annees(), risques(), professions(), couvertures(), depassements(), plusieurs_actes()].concat()
}

fn annees() -> Vec<Lue> {
    vec![
        ("2006, médecin traitant", chez_le_mt("2006-02-01", 2000)),
        ("2008, hors du parcours", ailleurs("2008-01-15", 2200)),
        (
            "2010, sans mutuelle, hors du parcours",
            ailleurs("2010-06-15", 2200).complementaire(Cover::Aucune),
        ),
        ("2012, spécialiste adressé", cardiologue("2012-10-02", 2300).adresse_par("ESSAI")),
        (
            "2014, aide à l'acquisition d'une complémentaire",
            chez_le_mt("2014-05-05", 2300).complementaire(Cover::AcsAncienne),
        ),
        (
            "2017, aide à l'acquisition d'une complémentaire",
            chez_le_mt("2017-05-09", 2500).complementaire(Cover::AcsAncienne),
        ),
        ("2018, téléconsultation, médecin traitant", chez_le_mt("2018-10-01", 2500).code("TC")),
        (
            "2020, téléconsultation, autre médecin",
            lieu(ailleurs("2020-04-14", 2500), TypeLieu::Teleconsultation),
        ),
        ("2024, quelques jours avant la participation de 2 €", chez_le_mt("2024-05-14", 2650)),
        ("2024, premier jour de la participation de 2 €", chez_le_mt("2024-05-15", 2650)),
        ("2026, médecin traitant", chez_le_mt("2026-09-01", 3000)),
        (
            "Maximum de l'année atteint",
            deja_retenu(chez_le_mt("2026-09-01", 3000), 0, (2026, 5_000)),
        ),
        (
            "Maximum de l'année presque atteint",
            deja_retenu(chez_le_mt("2026-09-01", 3000), 0, (2026, 4_900)),
        ),
        ("Maximum du jour atteint", deja_retenu(chez_le_mt("2022-03-08", 2500), 400, (2022, 400))),
        (
            "Maximum de l'année atteint, hors du parcours",
            deja_retenu(ailleurs("2026-09-01", 3000), 0, (2026, 5_000)),
        ),
    ]
}

fn risques() -> Vec<Lue> {
    let date = "2026-03-10";
    vec![
        ("Accident du travail", nature(chez_le_mt(date, 3000), Nature::AtMp)),
        (
            "Accident du travail, sans médecin traitant",
            nature(ailleurs(date, 3000).mt(R::Aucun), Nature::AtMp),
        ),
        ("Prévention", nature(ailleurs(date, 3000), Nature::Prevention)),
        ("Programme de prévention, médecin traitant", chez_le_mt(date, 3000).exoneration("82")),
        ("Maternité, médecin traitant", nature(chez_le_mt(date, 3000), Nature::Maternite)),
        ("Maternité, hors du parcours", nature(ailleurs(date, 3000), Nature::Maternite)),
        ("Pension d'invalidité", chez_le_mt(date, 3000).exoneration("10")),
        ("Pension d'invalidité, hors du parcours", ailleurs(date, 3000).exoneration("10")),
        ("Pension militaire", chez_le_mt(date, 3000).exoneration("21")),
        ("Longue hospitalisation", chez_le_mt(date, 3000).exoneration("63")),
        ("Soins sans rapport avec la longue maladie", chez_le_mt(date, 3000).exoneration("43")),
        (
            "Code d'exonération dont l'effet n'est pas publié",
            chez_le_mt(date, 3000).exoneration("90"),
        ),
        (
            "Longue maladie et sans mutuelle, hors du parcours",
            facture(
                convention(
                    ailleurs(date, 2300).complementaire(Cover::Aucune).exoneration("42"),
                    Convention::Secteur2,
                ),
                5000,
                None,
            ),
        ),
        (
            "Consultation de contraception",
            ailleurs(date, 3000).specialite("07").code("CCP").indicateur("D").age(17),
        ),
        ("Urgence prévue la veille", prevue(ailleurs(date, 3000), 24)),
        ("Urgence prévue quelques heures avant", prevue(ailleurs(date, 3000), 6)),
        ("Enfant de 8 ans, autre médecin", ailleurs(date, 3000).age(8)),
        ("Enfant de 3 ans, examen obligatoire", chez_le_mt(date, 5000).code("COE").age(3)),
        ("Alsace-Moselle, médecin traitant", chez_le_mt(date, 3000).alsace_moselle()),
        (
            "Alsace-Moselle, sans mutuelle, hors du parcours",
            ailleurs(date, 3000).complementaire(Cover::Aucune).alsace_moselle(),
        ),
    ]
}

fn professions() -> Vec<Lue> {
    vec![
        ("Infirmière", professionnel("24", "AMI", 1_050)),
        (
            "Infirmière, complémentaire santé solidaire",
            professionnel("24", "AMI", 1_050).complementaire(Cover::C2sSansParticipation),
        ),
        ("Infirmière, longue maladie", professionnel("24", "AMI", 1_050).exoneration("42")),
        (
            "Kinésithérapeute, sans mutuelle",
            professionnel("26", "AMK", 1_800).complementaire(Cover::Aucune),
        ),
        ("Orthophoniste, enfant", professionnel("28", "AMO", 3_000).age(9)),
        ("Dentiste", professionnel("19", "C", 2_300)),
        (
            "Dentiste, prothèse au-dessus du tarif",
            facture(professionnel("19", "C", 12_000).ccam("HBLD038"), 50_000, Some(Q::Ed)),
        ),
        ("Sage-femme, maternité", nature(professionnel("21", "C", 2_650), Nature::Maternite)),
        ("Laboratoire d'analyses", professionnel("30", "B", 2_700)),
        (
            "Allocation de solidarité, kinésithérapeute",
            professionnel("26", "AMK", 1_800).exoneration("9").complementaire(Cover::Aucune),
        ),
    ]
}
