//! What a referral covers, how long, and what may become of it.

use chrono::{DateTime, NaiveDate};
use traitant::domain::adressage::{
    ActePrevu, ActionAdressage, Adressage, AdressageInvalide, Correspondant, EtatAdressage,
    LimitesAdressage, MotifCloture, NatureAdressage, NatureRetour, Periodicite, ProjetAdressage,
    Retour, SoinsPrevus, UnitePeriodicite, suivi_continu,
};
use traitant::domain::calendar::Periode;
use traitant::domain::feuille_de_soins::Nomenclature;
use traitant::domain::identifiers::{Rpps, Specialite};
use traitant::domain::ids::{AdressageId, MedecinId, PatientId, RetourId};
use traitant::domain::vocabulary::Vocabulaire;
use uuid::Uuid;

const MARTIN: u128 = 1;
const DUVAL: u128 = 2;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn medecin(number: u128) -> MedecinId {
    MedecinId::from_uuid(Uuid::from_u128(number))
}

fn rpps(number: u128) -> Rpps {
    Rpps::parse(if number == MARTIN { "99900001233" } else { "99900002017" }).unwrap()
}

fn duval() -> Correspondant {
    Correspondant::Medecin { id: medecin(DUVAL), rpps: rpps(DUVAL) }
}

fn specialite(code: &str) -> Specialite {
    Specialite::parse_medecin(code).unwrap()
}

fn adressage(nature: NatureAdressage, du: &str, au: &str, to: Correspondant) -> Adressage {
    Adressage {
        id: AdressageId::from_uuid(Uuid::nil()),
        patient_id: PatientId::from_uuid(Uuid::nil()),
        medecin_id: medecin(MARTIN),
        rpps: rpps(MARTIN),
        nature,
        etabli_le: day(du),
        version: 1,
        etat: EtatAdressage::Actif,
        motif_cloture: None,
        effet: Periode::new(day(du), Some(day(au))).unwrap(),
        correspondants: vec![to],
        soins: SoinsPrevus::default(),
        retours: Vec::new(),
        enregistre_le: DateTime::UNIX_EPOCH,
        remplace_le: None,
    }
}

fn retour(nature: NatureRetour, soins_le: &str) -> Retour {
    Retour {
        id: RetourId::from_uuid(Uuid::nil()),
        medecin_id: medecin(DUVAL),
        rpps: rpps(DUVAL),
        nature,
        soins_le: day(soins_le),
        reference: None,
        enregistre_le: DateTime::UNIX_EPOCH,
    }
}

fn limites() -> LimitesAdressage {
    LimitesAdressage { avis_ponctuel: 4, protocole_ald: 120 }
}

fn projet(nature: NatureAdressage, du: &str, au: Option<&str>) -> ProjetAdressage {
    ProjetAdressage {
        nature,
        effet_du: day(du),
        effet_au: au.map(day),
        correspondants: vec![duval()],
        soins: SoinsPrevus {
            actes: vec![ActePrevu::parse(Nomenclature::Ngap, "CS").unwrap()],
            periodicite: None,
        },
    }
}

fn verify(projet: &ProjetAdressage) -> Result<Periode, Vec<AdressageInvalide>> {
    projet.verify(projet.effet_du, &[medecin(MARTIN)], limites())
}

#[test]
fn it_covers_its_correspondent_from_the_first_day_to_the_last() {
    let plan = adressage(NatureAdressage::PlanDeSoins, "2025-06-16", "2025-12-16", duval());
    for (jour, covered) in
        [("2025-06-15", false), ("2025-06-16", true), ("2025-12-15", true), ("2025-12-16", false)]
    {
        assert_eq!(plan.couvre(day(jour), &rpps(DUVAL), None), covered, "{jour}");
        assert!(!plan.couvre(day(jour), &rpps(MARTIN), Some(specialite("01"))), "{jour}");
    }
}

#[test]
fn a_specialty_is_any_doctor_of_it_and_general_practice_has_three_codes() {
    let to = |code| Correspondant::Specialite(specialite(code));
    let cardio = adressage(NatureAdressage::Sequence, "2025-06-16", "2025-12-16", to("03"));
    let covers = |one: &Adressage, code: Option<&str>| {
        one.couvre(day("2025-06-16"), &rpps(DUVAL), code.map(specialite))
    };
    assert!(covers(&cardio, Some("03")));
    assert!(!covers(&cardio, Some("05")));
    // Nobody knows the specialty: nothing is supposed.
    assert!(!covers(&cardio, None));
    let general = adressage(NatureAdressage::Sequence, "2025-06-16", "2025-12-16", to("01"));
    for code in ["01", "22", "23"] {
        assert!(covers(&general, Some(code)), "{code}");
    }
    assert!(!covers(&general, Some("03")));
    assert!(!cardio.nomme(&rpps(DUVAL)));
}

#[test]
fn one_opinion_is_used_up_on_the_day_of_its_conclusions_and_a_plan_never_is() {
    let mut avis = adressage(NatureAdressage::AvisPonctuel, "2025-06-16", "2025-10-16", duval());
    let covers = |one: &Adressage, jour| one.couvre(day(jour), &rpps(DUVAL), None);
    avis.report(retour(NatureRetour::CompteRendu, "2025-06-20"), day("2025-07-01")).unwrap();
    assert!(covers(&avis, "2025-07-10"));
    avis.report(retour(NatureRetour::Conclusions, "2025-06-25"), day("2025-07-01")).unwrap();
    assert!(covers(&avis, "2025-06-24"));
    assert!(covers(&avis, "2025-06-25"));
    assert!(!covers(&avis, "2025-06-26"));
    let mut plan = adressage(NatureAdressage::PlanDeSoins, "2025-06-16", "2025-10-16", duval());
    plan.report(retour(NatureRetour::Conclusions, "2025-06-25"), day("2025-07-01")).unwrap();
    assert!(covers(&plan, "2025-06-26"));
}

#[test]
fn a_report_tells_care_of_the_period_that_was_given() {
    let mut plan = adressage(NatureAdressage::PlanDeSoins, "2025-06-16", "2025-06-20", duval());
    let mut report =
        |soins_le, today| plan.report(retour(NatureRetour::CompteRendu, soins_le), day(today));
    assert_eq!(report("2025-06-15", "2025-07-01"), Err(AdressageInvalide::SoinsHorsPeriode));
    assert_eq!(report("2025-06-16", "2025-06-15"), Err(AdressageInvalide::SoinsFuturs));
    assert_eq!(report("2025-06-16", "2025-06-16"), Ok(()));
    assert_eq!(report("2025-06-19", "2025-07-01"), Ok(()));
    assert_eq!(report("2025-06-20", "2025-07-01"), Err(AdressageInvalide::SoinsHorsPeriode));
}

#[test]
fn one_opinion_is_asked_for_four_months_at_most_and_for_them_by_default() {
    let ask = |au| verify(&projet(NatureAdressage::AvisPonctuel, "2025-10-31", au));
    // There is no 31 February: the delay ends with the month.
    let whole = Periode::new(day("2025-10-31"), Some(day("2026-02-28"))).unwrap();
    assert_eq!(ask(None), Ok(whole));
    assert_eq!(ask(Some("2026-02-28")), Ok(whole));
    assert!(ask(Some("2025-11-01")).is_ok());
    assert_eq!(
        ask(Some("2026-03-01")),
        Err(vec![AdressageInvalide::DureeExcessive { au_plus_tard: day("2026-02-28") }])
    );
    assert_eq!(ask(Some("2025-10-31")), Err(vec![AdressageInvalide::FinAvantDebut]));
}

#[test]
fn other_kinds_say_their_end_and_only_a_protocol_has_a_longest_duration() {
    for nature in [NatureAdressage::Sequence, NatureAdressage::ProtocoleAld] {
        let without = verify(&projet(nature, "2025-06-16", None));
        assert_eq!(without, Err(vec![AdressageInvalide::FinAbsente]));
    }
    let ten_years =
        verify(&projet(NatureAdressage::ProtocoleAld, "2025-06-16", Some("2035-06-16")));
    assert!(ten_years.is_ok());
    assert_eq!(
        verify(&projet(NatureAdressage::ProtocoleAld, "2025-06-16", Some("2035-06-17"))),
        Err(vec![AdressageInvalide::DureeExcessive { au_plus_tard: day("2035-06-16") }])
    );
    let long = verify(&projet(NatureAdressage::Sequence, "2025-06-16", Some("2040-01-01")));
    assert!(long.is_ok());
}

#[test]
fn a_plan_has_a_content_and_a_periodicity_and_everything_wrong_is_said_at_once() {
    let mut plan = projet(NatureAdressage::PlanDeSoins, "2025-06-16", None);
    plan.soins = SoinsPrevus::default();
    plan.correspondants =
        vec![duval(), duval(), Correspondant::Medecin { id: medecin(MARTIN), rpps: rpps(MARTIN) }];
    assert_eq!(
        plan.verify(day("2025-06-17"), &[medecin(MARTIN)], limites()),
        Err(vec![
            AdressageInvalide::DebutAvantEtablissement,
            AdressageInvalide::FinAbsente,
            AdressageInvalide::CorrespondantUnique,
            AdressageInvalide::CorrespondantEnDouble { rang: 1 },
            AdressageInvalide::CorrespondantMedecinTraitant { rang: 2 },
            AdressageInvalide::SansActe,
            AdressageInvalide::SansPeriodicite,
        ])
    );
    let every = Some(Periodicite { tous_les: 3, unite: UnitePeriodicite::Mois });
    let mut plan = projet(NatureAdressage::PlanDeSoins, "2025-06-16", Some("2026-06-16"));
    plan.soins.periodicite = every;
    assert!(verify(&plan).is_ok());
    let mut avis = projet(NatureAdressage::AvisPonctuel, "2025-06-16", None);
    avis.soins.periodicite = every;
    assert_eq!(verify(&avis), Err(vec![AdressageInvalide::PeriodiciteInutile]));
}

#[test]
fn closing_ends_the_period_from_today_and_not_before() {
    let close = |au, today| {
        let mut plan = adressage(NatureAdressage::PlanDeSoins, "2025-06-16", "2025-12-16", duval());
        plan.close(day(au), MotifCloture::SoinsTermines, day(today)).map(|()| plan.effet.au())
    };
    let outside = Err(AdressageInvalide::ClotureHorsPeriode);
    assert_eq!(close("2025-08-01", "2025-08-01"), Ok(Some(day("2025-08-01"))));
    // Acts already given stay covered.
    assert_eq!(close("2025-07-31", "2025-08-01"), outside);
    assert_eq!(close("2025-12-16", "2025-08-01"), Ok(Some(day("2025-12-16"))));
    assert_eq!(close("2025-12-17", "2025-08-01"), outside);
    assert_eq!(close("2026-01-02", "2026-01-01"), outside);
    // Nothing would be left of it: that is an annulment.
    assert_eq!(close("2025-06-16", "2025-06-01"), outside);
    assert_eq!(close("2025-06-17", "2025-06-01"), Ok(Some(day("2025-06-17"))));
}

/// Every state × action; whose they are is in the table of rights.
#[test]
fn a_state_allows_its_actions_and_no_other() {
    use ActionAdressage as A;
    let table: [(EtatAdressage, &[A]); 3] = [
        (EtatAdressage::Actif, &[A::RendreCompte, A::Rectifier, A::Clore, A::Annuler]),
        (EtatAdressage::Clos, &[A::RendreCompte, A::Rectifier, A::Annuler]),
        (EtatAdressage::Annule, &[]),
    ];
    for (etat, expected) in table {
        let mut one = adressage(NatureAdressage::Sequence, "2025-06-16", "2025-12-16", duval());
        one.etat = etat;
        for action in ActionAdressage::TOUS {
            assert_eq!(one.allow(*action).is_ok(), expected.contains(action), "{etat:?}");
            let only = one.actions(|wanted| wanted == *action);
            assert_eq!(only.contains(action), expected.contains(action));
        }
    }
}

#[test]
fn what_was_established_by_mistake_covers_nothing_and_a_correction_reopens() {
    let mut one = adressage(NatureAdressage::Sequence, "2025-06-16", "2025-12-16", duval());
    let covers = |one: &Adressage| one.couvre(day("2025-09-01"), &rpps(DUVAL), None);
    one.close(day("2025-08-01"), MotifCloture::Autre, day("2025-07-31")).unwrap();
    assert!(!covers(&one));
    let corrected = projet(NatureAdressage::Sequence, "2025-06-16", Some("2025-10-01"));
    let effet = verify(&corrected).unwrap();
    one.correct(corrected, effet);
    assert_eq!((one.etat, one.motif_cloture), (EtatAdressage::Actif, None));
    assert!(covers(&one));
    one.cancel();
    assert!(!covers(&one));
}

#[test]
fn a_consultant_who_sees_the_patient_within_the_delay_gives_continuing_care() {
    let avis = day("2025-06-16");
    for (autre, continuing) in [
        ("2025-02-15", false),
        ("2025-02-16", true),
        ("2025-06-15", true),
        ("2025-06-16", false),
        ("2025-10-16", true),
        ("2025-10-17", false),
    ] {
        assert_eq!(suivi_continu(avis, day(autre), 4), continuing, "{autre}");
    }
}
