//! The directory of the values that a caisse adds: every file whole, or none of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use traitant::ajouts::{DossierRefuse, law, read};
use traitant::config::{LoiConfig, temp_dir};
use traitant::domain::digest::Empreinte;
use traitant::law::parameters::Parametre;
use traitant::law::parameters::ajouts::Ajout;
use traitant::law::{AuDela, Law};

const VALEURS: &str = "[PF_MONTANT]
unite = \"centimes\"
verifie_le = 2026-12-22
verifie_jusqu_au = 2027-12-31
[[PF_MONTANT.valeurs]]
depuis = 2027-01-01
valeur = 300
bases = [\"CSS-L160-13\"]
";

/// A directory of one's own, removed with this value.
struct Dossier(PathBuf);

impl Dossier {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = temp_dir().join(format!("traitant-ajouts-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.0.join(name), content).unwrap();
        self
    }

    /// Lists files with the digest of a content, as `sha256sum` does.
    fn list(&self, files: &[(&str, &str)]) -> &Self {
        let line = |(name, content): &(&str, &str)| format!("{}  {name}\n", Empreinte::of(content));
        self.write("SHA256SUMS", files.iter().map(line).collect::<String>())
    }

    fn names(&self) -> Vec<String> {
        read(&self.0).unwrap().into_iter().map(|ajout| ajout.fichier).collect()
    }

    /// What is wrong with it, a line each.
    fn wrong(&self) -> Vec<String> {
        read(&self.0).unwrap_err().downcast::<DossierRefuse>().unwrap().0
    }
}

impl Drop for Dossier {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn config(dossier: &Path) -> LoiConfig {
    LoiConfig { ajouts: Some(dossier.to_owned()), au_dela: AuDela::Avertir, ccam_plafond: None }
}

#[test]
fn the_files_of_a_directory_are_read_by_name_with_their_digests() {
    let dossier = Dossier::new();
    assert_eq!(dossier.names(), [""; 0], "an empty directory adds nothing");
    let other = VALEURS.replace("PF_MONTANT", "PF_PLAFOND_AN");
    dossier.write("b.toml", VALEURS).write("a.toml", &other);
    dossier.list(&[("b.toml", VALEURS), ("a.toml", &other)]);
    // What an editor leaves, and what is not a file of values, is not looked at.
    dossier.write(".b.toml", "x").write("LISEZMOI", "x");
    assert_eq!(dossier.names(), ["a.toml", "b.toml"]);
    let loaded = law(&config(&dossier.0)).unwrap();
    let told: Vec<&str> = loaded.ajouts().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(told, ["a.toml", "b.toml"]);
    assert_eq!(loaded.ajouts()[1].1, Empreinte::of(VALEURS));
}

#[test]
fn a_file_that_is_not_whole_is_refused_with_both_digests() {
    let dossier = Dossier::new();
    dossier.write("a.toml", &VALEURS.as_bytes()[..VALEURS.len() - 20]).list(&[("a.toml", VALEURS)]);
    let wrong = dossier.wrong();
    let [told] = &wrong[..] else { panic!("{wrong:?}") };
    assert!(told.starts_with("a.toml : attendu le SHA-256"), "{told}");
    assert!(told.contains(&Empreinte::of(VALEURS).to_string()), "{told}");
    let error = law(&config(&dossier.0)).unwrap_err();
    assert!(format!("{error:#}").contains("TRAITANT_LOI"), "{error:#}");
}

#[test]
fn what_the_list_does_not_say_or_the_directory_does_not_have_is_refused() {
    let dossier = Dossier::new();
    dossier.write("a.toml", VALEURS);
    assert!(dossier.wrong()[0].starts_with("a.toml : attendu son SHA-256 dans SHA256SUMS"));
    dossier.list(&[("a.toml", VALEURS), ("b.toml", VALEURS)]);
    assert!(dossier.wrong()[0].starts_with("b.toml : attendu ce fichier"));
    dossier.list(&[("a.toml", VALEURS), ("a.toml", VALEURS)]);
    assert!(dossier.wrong()[0].ends_with("attendu a.toml une seule fois"));
    dossier.write("SHA256SUMS", "abc  a.toml\n");
    assert!(dossier.wrong()[0].starts_with("SHA256SUMS, ligne 1 : attendu un SHA-256"));
    dossier.list(&[("a.toml", VALEURS), ("é.toml", VALEURS)]).write("é.toml", VALEURS);
    assert!(dossier.wrong()[0].starts_with("é.toml : attendu un nom"));
}

#[test]
fn a_text_of_another_encoding_and_a_directory_that_is_not_there_are_refused() {
    let dossier = Dossier::new();
    let latin = b"# \xe9t\xe9\n";
    dossier.write("a.toml", latin);
    dossier.write("SHA256SUMS", format!("{} *./a.toml\n", Empreinte::of(latin)));
    assert_eq!(dossier.wrong(), ["a.toml : attendu un texte en UTF-8"]);
    let absent = dossier.0.join("absent");
    assert!(format!("{:#}", law(&config(&absent)).unwrap_err()).contains("absent"));
}

#[test]
fn the_reason_of_a_bad_value_names_its_file_its_code_and_its_field() {
    let dossier = Dossier::new();
    let bad = VALEURS.replace("300", "-3");
    dossier.write("a.toml", &bad).list(&[("a.toml", &bad)]);
    let said = format!("{:#}", law(&config(&dossier.0)).unwrap_err());
    assert!(
        said.contains("a.toml : PF_MONTANT : valeur du 2027-01-01 : valeur : attendu"),
        "{said}"
    );
}

#[test]
fn the_file_that_the_documentation_shows_is_a_good_one() {
    let page = include_str!("../../docs/LOI.md");
    let contenu = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let ajout = Ajout { fichier: "exemple.toml".to_owned(), contenu: contenu.to_owned() };
    let law = Law::avec(&[ajout]).unwrap_or_else(|error| panic!("{error}"));
    let last = |parametre| law.parametres().get(parametre).unwrap().valeurs.last().unwrap().valeur;
    assert_eq!(last(Parametre::PfMontant), Some(300));
    assert_eq!(last(Parametre::PfPlafondAn), Some(5000));
}
