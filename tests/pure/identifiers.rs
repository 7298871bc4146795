//! Every row of the published vectors, at construction.

use std::collections::BTreeMap;

use traitant::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, Idnps, IndicateurParcours, Ins, Invalide, Mig, Nir,
    Nnp, NumAm, Organisme, QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};

/// Builds the identifier of a row: its written form, or why it is refused.
fn build(kind: &str, value: &str) -> Result<String, Invalide> {
    Ok(match kind {
        "nir" => Nir::parse(value)?.expose().to_owned(),
        "nnp" => Nnp::parse(value)?.expose().to_owned(),
        "mig" => Mig::parse(value)?.expose().to_owned(),
        "ins" => Ins::parse(value, true)?.expose().to_owned(),
        "rpps" => Rpps::parse(value)?.to_string(),
        "idnps" => format!("{:?}", Idnps::parse(value)?),
        "num_am" => NumAm::parse(value)?.to_string(),
        "finess" => Finess::parse(value)?.to_string(),
        "organisme" => Organisme::parse(value)?.to_string(),
        "qualite_beneficiaire" => QualiteBeneficiaire::parse(value)?.get().to_string(),
        "rang_gemellaire" => RangGemellaire::new(value.parse().unwrap())?.get().to_string(),
        "specialite_medecin" => Specialite::parse_medecin(value)?.to_string(),
        "lieu_cog" => CommuneExercice::parse(value)?.to_string(),
        "date_naissance_amo" => DateNaissanceAmo::parse(value)?.to_string(),
        "indicateur_parcours" => IndicateurParcours::parse(value)?.as_str().to_owned(),
        other => panic!("no builder for rows of type {other}"),
    })
}

#[test]
fn every_published_vector_is_accepted_or_refused_for_its_reason() {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .quoting(false)
        .from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vecteurs-identifiants.csv"))
        .unwrap();
    let mut rows_by_type: BTreeMap<String, u32> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        let (kind, value, valid, reason) = (&row[0], &row[1], &row[2], &row[3]);
        *rows_by_type.entry(kind.to_owned()).or_default() += 1;
        let built = build(kind, value);
        let as_expected = match (valid, &built) {
            ("oui", Ok(_)) => true,
            ("non", Err(refusal)) => reason.split([' ', ':']).next() == Some(refusal.code),
            _ => false,
        };
        if !as_expected {
            wrong.push(format!("{kind} {value}: expected {valid} ({reason}), got {built:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(rows_by_type.values().sum::<u32>(), 120);
    assert_eq!(rows_by_type.len(), 15);
}

#[test]
fn forms_are_returned_compact_and_in_upper_case() {
    assert_eq!(build("nir", "186022a00499161").unwrap(), "186022A00499161");
    assert_eq!(build("nir", "1\u{a0}850101001991\u{202f}88").unwrap(), "185010100199188");
    assert_eq!(build("finess", "2a0000014").unwrap(), "2A0000014");
    assert_eq!(build("rang_gemellaire", "001").unwrap(), "1");
}

#[test]
fn a_number_of_a_person_is_never_printed_by_accident() {
    let nir = Nir::parse("185010100199188").unwrap();
    let ins = Ins::parse("urn:oid:1.2.250.1.213.1.4.8|185010100199188", true).unwrap();
    let nnp = Nnp::parse("8278965432189").unwrap();
    let mig = Mig::parse("5112312345678").unwrap();
    let printed = format!("{nir:?} {ins:?} {nnp:?} {mig:?}");
    assert!(!printed.bytes().any(|byte| byte.is_ascii_digit()), "{printed}");
}

#[test]
fn a_refusal_gives_neither_the_value_nor_the_expected_key() {
    let refusal = Nir::parse("185010100199189").unwrap_err();
    assert!(!refusal.to_string().contains("88"), "{refusal}");
    assert!(!refusal.to_string().contains("1850101"), "{refusal}");
}

#[test]
fn an_ins_of_test_or_demonstration_is_refused_in_production_and_nowhere_else() {
    let oid = |last: u8| format!("1.2.250.1.213.1.4.{last}");
    let read = |last, number: &str, tests| Ins::new(number, &oid(last), tests);
    for (last, number) in [
        (8, "185010100199188"),
        (9, "275059912999915"),
        (10, "185010100199287"),
        (11, "185010100199386"),
    ] {
        assert!(read(last, number, true).is_ok(), "{last}");
        let refused = read(last, number, false).err();
        assert_eq!(refused.map(|why| why.code), (last > 9).then_some("oid_de_test"), "{last}");
        // What is refused is told with what is accepted there, and nothing else.
        assert!(!refused.is_some_and(|why| why.attendu.contains("4.10")), "{last}");
    }
    let unknown = |tests| read(12, "185010100199188", tests).unwrap_err();
    assert_eq!((unknown(true).code, unknown(false).code), ("oid_inconnu", "oid_inconnu"));
    for last in 8..=11 {
        assert!(unknown(true).attendu.contains(&oid(last)));
        assert_eq!(unknown(false).attendu.contains(&oid(last)), last < 10);
    }
}

#[test]
fn blanks_between_groups_are_taken_off_every_kind_of_number() {
    for (kind, grouped, number) in [
        ("nir", "1 85 01 01 001 991 88", "185010100199188"),
        ("nir", "1\u{2009}86\u{2009}02\u{202f}2a 004\u{a0}991\t61", "186022A00499161"),
        ("nnp", "7 1 131 12345679", "7113112345679"),
        ("mig", "5 1 123\u{2007}12345678", "5112312345678"),
        ("rpps", "99 900 001 233", "99900001233"),
        ("num_am", "99 1 99990 5", "991999905"),
        ("finess", "2a 000 0014", "2A0000014"),
        ("organisme", "01 751 0000", "017510000"),
        ("lieu_cog", "2a 004", "2A004"),
    ] {
        assert_eq!(build(kind, grouped).unwrap(), number, "{kind} {grouped}");
    }
    let ins = Ins::new("1 85 01 01 001 991 88", "1.2.250.1.213.1.4.8", false).unwrap();
    assert_eq!(ins.expose(), "185010100199188");
    let parts = Organisme::from_parts("01 ", "7 51", "00\u{a0}00").unwrap();
    assert_eq!(parts.to_string(), "017510000");
    // The type is still that of the first digit, and other separators are still refused.
    assert_eq!(build("nir", " 7113112345679").unwrap_err().code, "type_inadapte");
    for grouped in [
        "1.85.01.01.001.991.88",
        "1-85-01-01-001-991-88",
        "185010100199188\n",
        "1\u{200b}85010100199188",
    ] {
        assert_eq!(build("nir", grouped).unwrap_err().code, "format_invalide", "{grouped}");
    }
    assert_eq!(build("rpps", "99-900001233").unwrap_err().code, "format_invalide");
    assert_eq!(build("rpps", "").unwrap_err().code, "longueur_invalide");
}

#[test]
fn every_grand_regime_of_the_published_list_is_known() {
    let codes = "01 02 03 04 05 06 07 08 09 10 12 14 15 16 17 80 90 91 92 93 94 95 96 99";
    for code in 0..100 {
        let code = format!("{code:02}");
        let read = Organisme::from_parts(&code, "771", "0617");
        assert_eq!(read.is_ok(), codes.split(' ').any(|known| known == code), "{code}");
    }
    let labels = ["809990000", "997710617"].map(|text| Organisme::parse(text).unwrap());
    assert_eq!(labels[0].libelle_regime(), Some("anciens combattants"));
    assert_eq!(labels[1].libelle_regime(), Some("autres mutuelles"));
}

#[test]
fn a_place_of_practice_is_a_commune_of_today() {
    for code in ["01001", "2A004", "97401"] {
        assert!(CommuneExercice::parse(code).is_ok(), "{code}");
    }
    for code in ["20004", "99129", "96001"] {
        assert_eq!(CommuneExercice::parse(code).unwrap_err().code, "departement_inconnu");
    }
    assert_eq!(CommuneExercice::parse("97401").unwrap().departement(), "974");
    assert_eq!(CommuneExercice::parse("2A004").unwrap().departement(), "2A");
}

#[test]
fn a_lunar_date_of_birth_counts_from_1_january_of_its_year() {
    let age_day = |text: &str| DateNaissanceAmo::parse(text).unwrap().pour_calcul_age().to_string();
    assert_eq!(age_day("1960-00-15"), "1960-01-01");
    assert_eq!(age_day("1950-00-00"), "1950-01-01");
    assert_eq!(age_day("1950-32-40"), "1950-01-01");
    assert_eq!(age_day("2024-02-29"), "2024-02-29");
}

#[test]
fn general_practitioners_are_the_three_codes_of_the_caisses() {
    for code in ["01", "22", "23"] {
        assert!(Specialite::parse_medecin(code).unwrap().est_generaliste());
    }
    assert!(!Specialite::parse_medecin("03").unwrap().est_generaliste());
    assert!(!Specialite::parse("21").unwrap().est_medecin());
}

#[test]
fn the_key_of_a_billing_number_overseas_is_a_warning_and_elsewhere_a_refusal() {
    assert_eq!(NumAm::parse("991999900").unwrap_err().code, "luhn");
    let overseas = NumAm::parse("971123451").unwrap();
    assert!(!overseas.cle_verifiee());
}
