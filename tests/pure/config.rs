//! Settings: what each one is worth, and what is refused.

use std::path::Path;

use traitant::auth::DEV_ISSUER;
use traitant::config::{Besoin, Config, InvalidConfig, JetonsConfig, LoiConfig, unknown};
use traitant::law::AuDela;
use traitant::services::Mode;

fn read(variables: &[(&str, &str)]) -> Result<Config, InvalidConfig> {
    Config::read(|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

#[test]
fn nothing_at_all_is_a_sandbox_with_its_own_database() {
    let config = read(&[]).unwrap();
    assert_eq!(config.mode, Mode::BacASable);
    assert!(config.base.url.is_none());
    assert_eq!(config.jetons, JetonsConfig::BacASable);
}

#[test]
fn a_command_asks_for_nothing_that_it_does_not_use() {
    let read = |besoin, variables: &[(&str, &str)]| {
        Config::read_for(besoin, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    };
    let url = ("DATABASE_URL", "postgres://u@localhost/b?host=/run/postgresql");
    // Whoever owns the tables migrates them, and does not have the key.
    let tables = read(Besoin::Tables, &[url]).unwrap();
    assert_eq!((tables.mode, tables.jetons), (Mode::Production, JetonsConfig::Personne));
    // Whoever verifies them has it, and no issuer.
    let InvalidConfig(wrong) = read(Besoin::Registre, &[url]).unwrap_err();
    assert!(matches!(&wrong[..], [one] if one.starts_with("TRAITANT_CLE_MAITRE")), "{wrong:?}");
    let register = read(Besoin::Registre, &[url, ("TRAITANT_CLE_MAITRE", KEY)]).unwrap();
    assert_eq!(register.jetons, JetonsConfig::Personne);
    let InvalidConfig(wrong) =
        read(Besoin::Service, &[url, ("TRAITANT_CLE_MAITRE", KEY)]).unwrap_err();
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    // What is there is read, and the rest is as strict as ever.
    let half = [url, ("TRAITANT_CLE_MAITRE", KEY), ("TRAITANT_AUDIENCE", "traitant")];
    assert_eq!(read(Besoin::Registre, &half).unwrap_err().0.len(), 2);
    for besoin in [Besoin::Tables, Besoin::Registre] {
        let InvalidConfig(wrong) = read(
            besoin,
            &[("DATABASE_URL", "postgres://u@ailleurs/b"), ("TRAITANT_CLE_MAITRE", KEY)],
        )
        .unwrap_err();
        assert!(wrong.join("").contains("sslmode"), "{wrong:?}");
    }
}

#[test]
fn each_page_is_shown_in_production_when_its_own_setting_says_so() {
    let shown = |said: &[(&str, &str)]| {
        let config = read(said).unwrap();
        (config.simulateur, config.page_patient)
    };
    assert_eq!(shown(&[]), (false, false));
    for (name, told) in
        [("TRAITANT_SIMULATEUR", (true, false)), ("TRAITANT_PAGE_PATIENT", (false, true))]
    {
        assert_eq!(shown(&[(name, "oui")]), told);
        assert_eq!(shown(&[(name, "non")]), (false, false));
        let InvalidConfig(wrong) = read(&[(name, "1")]).unwrap_err();
        assert_eq!(wrong, [format!("{name} : attendu « oui » ou « non »")]);
    }
}

#[test]
fn days_that_nobody_verified_are_warned_of_unless_they_are_refused() {
    assert_eq!(
        read(&[]).unwrap().loi,
        LoiConfig { ajouts: None, au_dela: AuDela::Avertir, ccam_plafond: None }
    );
    let settings = [("TRAITANT_LOI", "/etc/traitant/loi"), ("TRAITANT_LOI_A_VERIFIER", "refuser")];
    let loi = read(&settings).unwrap().loi;
    assert_eq!(loi.ajouts.as_deref(), Some(Path::new("/etc/traitant/loi")));
    assert_eq!(loi.au_dela, AuDela::Refuser);
}

#[test]
fn a_database_from_outside_is_production_and_needs_everything() {
    let InvalidConfig(errors) = read(&[("DATABASE_URL", "postgres://x")]).unwrap_err();
    let text = errors.join("\n");
    for name in
        ["TRAITANT_CLE_MAITRE", "TRAITANT_EMETTEUR", "TRAITANT_AUDIENCE", "TRAITANT_JWKS_URL"]
    {
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn production_refuses_the_issuer_of_the_sandbox_and_plain_http() {
    let InvalidConfig(errors) = read(&[
        ("DATABASE_URL", "postgres://x?sslmode=verify-full"),
        ("TRAITANT_CLE_MAITRE", KEY),
        ("TRAITANT_EMETTEUR", DEV_ISSUER),
        ("TRAITANT_AUDIENCE", "traitant"),
        ("TRAITANT_JWKS_URL", "http://127.0.0.1/jwks"),
    ])
    .unwrap_err();
    assert_eq!(errors.len(), 2, "{errors:?}");
}

#[test]
fn the_clock_of_a_sandbox_alone_can_be_made_wrong() {
    let wrong = ("TRAITANT_ESSAI_HORLOGE", "/horloge");
    assert!(read(&[wrong]).unwrap().horloge_d_essai.is_some());
    let InvalidConfig(errors) = read(&[wrong, ("TRAITANT_MODE", "production")]).unwrap_err();
    assert!(errors.iter().any(|error| error.starts_with("TRAITANT_ESSAI_HORLOGE")), "{errors:?}");
}

#[test]
fn every_mistake_is_reported_at_once() {
    let InvalidConfig(errors) = read(&[
        ("TRAITANT_MODE", "demo"),
        ("TRAITANT_ADRESSE", "partout"),
        ("TRAITANT_CONNEXIONS", "0"),
        ("TRAITANT_CLE_MAITRE", "court"),
        ("TRAITANT_JOURNAL_FORMAT", "xml"),
        ("TRAITANT_LOI_A_VERIFIER", "ignorer"),
    ])
    .unwrap_err();
    for name in [
        "MODE",
        "ADRESSE",
        "CONNEXIONS",
        "CLE_MAITRE",
        "JOURNAL_FORMAT",
        "LOI_A_VERIFIER",
        "DATABASE_URL",
    ] {
        assert!(errors.iter().any(|error| error.contains(name)), "{name}: {errors:?}");
    }
}

#[test]
fn the_private_server_has_a_limit_of_its_own() {
    let InvalidConfig(errors) = read(&[("TRAITANT_CONNEXIONS", "81")]).unwrap_err();
    assert!(errors[0].starts_with("TRAITANT_CONNEXIONS"), "{errors:?}");
    assert_eq!(read(&[("TRAITANT_CONNEXIONS", "80")]).unwrap().base.connexions, 80);
}

#[test]
fn a_sandbox_may_use_a_database_from_outside() {
    let config =
        read(&[("DATABASE_URL", "postgres://x"), ("TRAITANT_MODE", "bac-a-sable")]).unwrap();
    assert_eq!(config.jetons, JetonsConfig::BacASable);
}

#[test]
fn in_production_the_database_is_reached_by_tls_or_by_a_local_socket() {
    let errors = |mode: &str, url: &str| {
        read(&[("DATABASE_URL", url), ("TRAITANT_MODE", mode)])
            .err()
            .map(|InvalidConfig(errors)| errors.into_iter().filter(|e| e.contains("DATABASE_URL")))
            .map_or(0, Iterator::count)
    };
    for (url, wrong) in [
        ("postgres://u@h/b", 1),
        ("postgres://u@127.0.0.1/b?sslmode=disable", 1),
        ("postgres://u@h/b?sslmode=prefer", 1),
        ("postgres://u@h/b?sslmode=require", 0),
        ("postgresql://u@h/b?sslmode=verify-ca", 0),
        ("postgres://u@h/b?sslmode=verify-full", 0),
        ("postgres:///b?host=/run/postgresql&user=u", 0),
        ("postgres://u@%2Frun%2Fpostgresql/b", 0),
        ("mysql://u@h/b", 1),
        ("h", 1),
    ] {
        assert_eq!(errors("production", url), wrong, "{url}");
    }
    assert_eq!(errors("bac-a-sable", "postgres://u@h/b"), 0, "invented people need none");
}

#[test]
fn the_master_key_is_in_one_place() {
    let file = ("TRAITANT_CLE_MAITRE_FICHIER", "/run/secrets/cle");
    let InvalidConfig(errors) = read(&[("TRAITANT_CLE_MAITRE", KEY), file]).unwrap_err();
    assert!(errors[0].starts_with("TRAITANT_CLE_MAITRE_FICHIER"), "{errors:?}");
    assert_eq!(read(&[file]).unwrap().base.cle_fichier.as_deref(), Some(Path::new(file.1)));
}

#[test]
fn names_that_are_no_settings_are_told_with_the_one_that_was_meant() {
    let told = |name: &str| unknown([name.to_owned()].into_iter()).pop();
    for known in ["TRAITANT_MODE", "TRAITANT_PREUVES_12_MOYENS", "DATABASE_URL", "PATH"] {
        assert_eq!(told(known), None, "{known}");
    }
    assert!(told("TRAITANT_ADRESS").unwrap().contains("TRAITANT_ADRESSE"));
    assert!(told("TRAITANT_PREUVES_2_MOYEN").unwrap().contains("TRAITANT_PREUVES_1_MOYENS"));
}

#[test]
fn a_master_key_has_one_version_or_several() {
    use traitant::config::Trousseau;
    let (a, b) = ("a".repeat(64), "b".repeat(64));
    let versions = |text: &str| {
        let keys = Trousseau::parse(text)?;
        let all = keys.anterieures.iter().chain([&keys.derniere]);
        Some(all.map(|(version, key)| (*version, key.expose()[0])).collect::<Vec<_>>())
    };
    assert_eq!(versions(&a), Some(vec![(1, 0xaa)]));
    assert_eq!(versions(&format!("{a}\n2:{b}\n")), Some(vec![(1, 0xaa), (2, 0xbb)]));
    assert_eq!(versions(&format!("7:{b},1:{a}")), Some(vec![(1, 0xaa), (7, 0xbb)]));
    assert_eq!(versions(&format!("255:{b}")), Some(vec![(255, 0xbb)]));
    for wrong in [
        String::new(),
        format!("0:{a}"),
        format!("256:{a}"),
        format!("un:{a}"),
        format!("1:{a} 1:{b}"),
        format!("{a} {b}"),
        format!("1:{a}2:{b}"),
        "a".repeat(63),
    ] {
        assert_eq!(versions(&wrong), None, "{wrong}");
    }
}

#[test]
fn keys_are_never_printed() {
    let config = read(&[
        ("TRAITANT_CLE_MAITRE", KEY),
        ("DATABASE_URL", "postgres://u:motdepasse@h/b"),
        ("TRAITANT_MODE", "bac-a-sable"),
    ])
    .unwrap();
    let printed = format!("{config:?}");
    assert!(!printed.contains("0001"), "{printed}");
    assert!(!printed.contains("motdepasse"), "{printed}");
}

#[test]
fn nothing_has_a_period_unless_it_is_set_and_none_is_shorter_than_what_a_claim_needs() {
    let none = read(&[]).unwrap().conservation;
    assert!(none.classes.est_vide());
    assert_eq!(none.reponses, 48);
    for (name, wrong, right) in [
        ("TRAITANT_CONSERVATION_TRACES", "5", "6"),
        ("TRAITANT_CONSERVATION_EVENEMENTS", "59", "60"),
        ("TRAITANT_CONSERVATION_FEUILLES", "59", "60"),
        ("TRAITANT_CONSERVATION_REPONSES", "23", "24"),
    ] {
        let InvalidConfig(refused) = read(&[(name, wrong)]).unwrap_err();
        assert!(refused.len() == 1 && refused[0].starts_with(name), "{refused:?}");
        assert!(read(&[(name, right)]).is_ok(), "{name}");
    }
    // A record goes with everything that names the person.
    let InvalidConfig(refused) = read(&[("TRAITANT_CONSERVATION_PERSONNES", "120")]).unwrap_err();
    assert!(refused[0].contains("TRAITANT_CONSERVATION_TRACES"), "{refused:?}");
    let InvalidConfig(refused) = read(&[("TRAITANT_OTLP", "127.0.0.1:4318")]).unwrap_err();
    assert!(refused[0].starts_with("TRAITANT_OTLP"), "{refused:?}");
}
