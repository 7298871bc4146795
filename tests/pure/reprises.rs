//! Files as caisses have them are read as they are; what is taken over never takes away what is known.

use chrono::NaiveDate;
use traitant::domain::calendar::Periode;
use traitant::domain::declaration::OrigineSaisie;
use traitant::domain::frise::Jours;
use traitant::domain::ids::MedecinId;
use traitant::domain::reprise::{
    Contenu, FinReprise, FormatFichier, Ligne, NatureReprise, Refusee, perdu,
};
use traitant::http::{Annonce, FichierRefuse, lire};

fn read(
    nature: NatureReprise,
    format: FormatFichier,
    windows_1252: bool,
    file: &[u8],
) -> Result<(Vec<Ligne>, Vec<Refusee>), FichierRefuse> {
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    lire(file, Annonce { nature, format, windows_1252 }, |lues| {
        lines.extend(lues.lignes);
        refused.extend(lues.refusees);
        true
    })?;
    Ok((lines, refused))
}

const CHOIX: &str = "identifiant.type;identifiant.valeur;date_naissance;medecins;effet_du;signe_le;effet_au;motif_fin;\
                     origine;reference";

fn csv(text: &str) -> (Vec<Ligne>, Vec<Refusee>) {
    read(NatureReprise::Choix, FormatFichier::Csv, false, text.as_bytes()).unwrap()
}

#[test]
fn a_choice_reads_the_same_in_both_formats() {
    let row = "nir;172080100199557;09/08/1972;99900001233 99900007016;2012-03-01;2012-02-28;2020-01-01;patient;scan;\
               archive 12/7";
    let line = r#"{"identifiant":{"type":"nir","valeur":"172080100199557"},"date_naissance":"1972-08-09",
        "medecins":["99900007016","99900001233"],"effet_du":"2012-03-01","signe_le":"2012-02-28",
        "effet_au":"2020-01-01","motif_fin":"patient","origine":"scan","reference":"archive 12/7"}"#;
    let line = line.replace('\n', " ");
    let (mut rows, refused) = csv(&format!("\u{feff}{CHOIX}\r\n{row}\r\n"));
    assert_eq!(refused, []);
    let (lines, refused) =
        read(NatureReprise::Choix, FormatFichier::Ndjson, false, line.as_bytes()).unwrap();
    assert_eq!(refused, []);
    assert_eq!(rows[0].numero, 2, "lines are numbered as an editor shows them");
    rows[0].numero = 1;
    assert_eq!(rows, lines);
    let Contenu::Choix(choix) = &rows[0].contenu else { panic!("{rows:?}") };
    assert_eq!(choix.medecins.len(), 2);
    assert_eq!(choix.origine, OrigineSaisie::Scan);
    assert_eq!(choix.fin, Some((day("2020-01-01"), FinReprise::Patient)));
}

#[test]
fn every_wrong_field_of_a_line_is_said_and_stops_no_other() {
    let rows = [
        CHOIX,
        "nir;172080100199558;1972-08-09;99900001234;2012-02-30;;;;fax;",
        "nir;172080100199557;1972-08-09;99900001233;2012-03-01;;2012-03-01;patient;;",
        "nir;172080100199557;1972-08-09;99900001233;2012-03-01;;2013-03-01;;;",
        "nir;172080100199557;1972-08-09;99900001233;2012-03-01;;;;;;de trop",
        ";;;;;;;;;",
        "nir;172080100199557;1972-08-09;99900001233;2012-03-01;;;;;",
    ];
    let (lines, refused) = csv(&rows.join("\n"));
    assert_eq!(lines.iter().map(|line| line.numero).collect::<Vec<_>>(), [7]);
    let said: Vec<(u64, Vec<(&str, &str)>)> = refused
        .iter()
        .map(|one| {
            let all = one.defauts.iter().map(|wrong| (wrong.champ.as_str(), wrong.code.as_str()));
            (one.numero, all.collect())
        })
        .collect();
    let first = [
        ("identifiant.valeur", "cle_incorrecte"),
        ("medecins.0", "luhn"),
        ("effet_du", "hors_calendrier"),
        ("origine", "valeur_inconnue"),
    ];
    assert_eq!(said[0], (2, first.to_vec()));
    assert_eq!(said[1], (3, vec![("effet_au", "periode_vide")]));
    assert_eq!(said[2], (4, vec![("motif_fin", "champ_requis")]));
    assert_eq!(said[3], (5, vec![("", "taille_invalide")]));
    for one in &refused {
        let text = format!("{one:?}");
        assert!(!text.contains("1720801"), "no value of the file is kept: {text}");
    }
}

const AFFILIES: &str = "identifiant.type;identifiant.valeur;nom;prenom;date_naissance;organisme.regime;organisme.caisse;\
                        organisme.centre;affilie_du";

/// An affiliate whose name is written by these bytes.
fn named(name: &[u8]) -> Vec<u8> {
    let head = format!("{AFFILIES}\r\nnir;172080100199557;");
    [head.as_bytes(), name, b";JO;1972-08-09;01;011;0000;2012-09-01\r\n"].concat()
}

fn name_of(file: &[u8], windows_1252: bool) -> Result<String, Vec<Refusee>> {
    let (lines, refused) =
        read(NatureReprise::Affilies, FormatFichier::Csv, windows_1252, file).unwrap();
    match lines.first().map(|line| &line.contenu) {
        Some(Contenu::Affilie(one)) => Ok(one.identite.nom.clone()),
        _ => Err(refused),
    }
}

#[test]
fn a_file_is_in_the_encoding_that_it_declares() {
    assert_eq!(name_of(&named("NOËL".as_bytes()), false).unwrap(), "NOËL");
    assert_eq!(
        name_of(&[b"\xef\xbb\xbf", &named("NOËL".as_bytes())[..]].concat(), false).unwrap(),
        "NOËL"
    );
    assert_eq!(name_of(&named(b"NO\xcbL"), true).unwrap(), "NOËL");
    // 0x8c is Œ in Windows-1252 and nothing in ISO-8859-1.
    assert_eq!(name_of(&named(b"\x8cUVRE"), true).unwrap(), "ŒUVRE");
    let refused = name_of(&named(b"NO\xcbL"), false).unwrap_err();
    assert_eq!(refused[0].defauts[0].code, "encodage_invalide");
}

#[test]
fn a_cell_may_hold_separators_and_ends_of_lines_between_quotes() {
    let name = b"\"NOM ; D'\"\"ICI\"\"\"";
    assert_eq!(name_of(&named(name), false).unwrap(), "NOM ; D'\"ICI\"");
}

#[test]
fn a_heading_says_what_is_missing_or_unknown() {
    let said = |heading: &str| match read(
        NatureReprise::Choix,
        FormatFichier::Csv,
        false,
        heading.as_bytes(),
    ) {
        Err(FichierRefuse::Illisible(said)) => said,
        other => panic!("{other:?}"),
    };
    assert!(said("identifiant.type;rpps\n").contains("La colonne 2 n'est pas connue"));
    assert!(said("identifiant.type;identifiant.type\n").contains("deux fois"));
    assert!(said("identifiant.type\n").contains("« identifiant.valeur »"));
}

#[test]
fn a_heading_of_another_separator_or_a_file_of_other_ends_of_lines_is_said_to_be_one() {
    let said =
        |text: &str| match read(NatureReprise::Choix, FormatFichier::Csv, false, text.as_bytes()) {
            Err(FichierRefuse::Illisible(said)) => said,
            other => panic!("{other:?}"),
        };
    let row = "nir;172080100199557;1972-08-09;99900001233;2012-03-01;;;;;";
    for (separator, name) in [(",", "virgules"), ("\t", "tabulations"), ("|", "barres verticales")]
    {
        let text = format!("{CHOIX}\n{row}\n").replace(';', separator);
        let said = said(&text);
        assert!(
            said.starts_with(&format!("L'en-tête sépare ses colonnes par des {name}.")),
            "{said}"
        );
        assert!(said.contains("séparées par des points-virgules"), "{said}");
    }
    for text in
        [format!("{CHOIX}\r{row}\r"), format!("{CHOIX}\r{}", format!("{row}\r").repeat(3_000))]
    {
        assert!(said(&text).contains("retour chariot seul (CR)"), "{}", said(&text));
    }
    assert!(said(&CHOIX.replacen("origine", "\"origine", 1)).contains("guillemet ouvert"));
    // A spreadsheet that saves « Unicode » text.
    let bytes: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain(format!("{CHOIX}\r\n{row}\r\n").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    match read(NatureReprise::Choix, FormatFichier::Csv, false, &bytes) {
        Err(FichierRefuse::Illisible(said)) => assert!(said.contains("UTF-16"), "{said}"),
        other => panic!("{other:?}"),
    }
    // Either of the others, or both, with or without the last one.
    for text in
        [format!("{CHOIX}\n{row}"), format!("{CHOIX}\r\n{row}\n"), format!("{CHOIX}\r\n{row}\r\n")]
    {
        assert_eq!(csv(&text).0.len(), 1, "{text:?}");
    }
}

#[test]
fn a_quote_that_is_not_closed_is_said_where_it_was_opened() {
    let row = |reference: &str| {
        format!("nir;172080100199557;1972-08-09;99900001233;2012-03-01;;;;;{reference}")
    };
    let wrong = |rows: &[String]| {
        let (lines, refused) = csv(&format!("{CHOIX}\n{}", rows.join("\n")));
        let numbers: Vec<u64> = lines.iter().map(|line| line.numero).collect();
        let one = |refused: &Refusee| {
            let [only] = &refused.defauts[..] else { panic!("{refused:?}") };
            (refused.numero, only.code.clone(), only.message.clone())
        };
        (numbers, refused.iter().map(one).collect::<Vec<_>>())
    };
    let end = String::new;
    // To the end of the file, whether its last line is ended or not.
    for last in [vec![], vec![end()]] {
        for before in [vec![], vec![end()]] {
            let blank = u64::try_from(before.len()).unwrap();
            let rows = [vec![row("A")], before, vec![row("\"B"), row("C"), row("D")], last.clone()];
            let (read, refused) = wrong(&rows.concat());
            assert_eq!(read, [2]);
            let [(number, code, message)] = &refused[..] else { panic!("{refused:?}") };
            assert_eq!((*number, code.as_str()), (3 + blank, "guillemet_non_ferme"));
            assert!(
                message.contains(&format!("ouvert à la ligne {} n'est pas fermé", 3 + blank)),
                "{message}"
            );
            assert!(message.contains(&format!("la ligne {}, la dernière", 5 + blank)), "{message}");
        }
    }
    let (read, refused) = wrong(&[row("A"), row("\"B")]);
    assert_eq!((read, refused[0].0, refused[0].1.as_str()), (vec![2], 3, "guillemet_non_ferme"));
    // To the next quote, after which reading goes on.
    let (read, refused) = wrong(&[row("\"A"), row("B"), row("\"C\""), row("D")]);
    assert_eq!(read, [5]);
    assert_eq!((refused[0].0, refused[0].1.as_str()), (2, "guillemet_non_ferme"));
    assert!(refused[0].2.contains("n'est fermé qu'à la ligne 4"), "{refused:?}");
    for one in &refused {
        assert!(!one.2.contains("1720801"), "no value of the file is kept: {one:?}");
    }
    // A quote within a cell is a letter.
    assert_eq!(wrong(&[row("A\"B"), row("C")]).0, [2, 3]);
}

#[test]
fn a_line_too_long_is_refused_alone() {
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(70_000));
    let text = format!("{long}\n{{}}\n\n{long}");
    let (lines, refused) =
        read(NatureReprise::Choix, FormatFichier::Ndjson, false, text.as_bytes()).unwrap();
    assert_eq!(lines, []);
    let said: Vec<(u64, &str)> =
        refused.iter().map(|one| (one.numero, one.defauts[0].code.as_str())).collect();
    assert_eq!(said, [(1, "longueur_invalide"), (2, "champ_requis"), (4, "longueur_invalide")]);
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn jours(medecin: u128, du: &str, au: Option<&str>) -> Jours {
    Jours {
        medecin_id: MedecinId::from_uuid(uuid::Uuid::from_u128(medecin)),
        effet: Periode::new(day(du), au.map(day)).unwrap(),
        motif_fin: None,
    }
}

#[test]
fn a_day_that_was_known_is_lost_when_nobody_says_it_any_more() {
    let held = [jours(1, "2015-01-01", Some("2018-01-01")), jours(2, "2018-01-01", None)];
    assert_eq!(perdu(&held, &held), None);
    let before = [jours(3, "2010-01-01", Some("2015-01-01")), held[0], held[1]];
    assert_eq!(perdu(&held, &before), None, "what comes before takes nothing");
    let cut = [jours(1, "2015-01-01", Some("2017-12-31")), held[1]];
    assert_eq!(perdu(&held, &cut), Some(day("2017-12-31")), "its last day");
    let ended = [held[0], jours(2, "2018-01-01", Some("2030-01-01"))];
    assert_eq!(perdu(&held, &ended), Some(day("2030-01-01")), "it had no end");
    let parts = [
        jours(1, "2014-01-01", Some("2016-01-01")),
        jours(1, "2016-01-01", Some("2018-01-01")),
        held[1],
    ];
    assert_eq!(perdu(&held, &parts), None, "two designations of one doctor that follow each other");
}
