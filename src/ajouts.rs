//! The law of the service: that of the program, and the values that a caisse adds to it, from a directory of files
//! each of which has its SHA-256 in `SHA256SUMS`.
//!
//! The digest says that a file is whole and is the one that the list was made for: a copy that stopped half-way, or
//! a file that was edited after it was listed, is refused. It does not say who wrote the file, nor that its values
//! are right: whoever may write in the directory may write the list.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use anyhow::Context;

use crate::config::LoiConfig;
use crate::domain::digest::Empreinte;
use crate::law::Law;
use crate::law::parameters::Parametre;
use crate::law::parameters::ajouts::Ajout;

/// The list of the digests, as `sha256sum *.toml` writes it.
const LISTE: &str = "SHA256SUMS";
const SUFFIXE: &str = ".toml";

/// Everything that is wrong with a directory of additions, in French.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("valeurs ajoutées invalides :\n{}", .0.iter().map(|one| format!("  - {one}")).collect::<Vec<_>>().join("\n"))]
pub struct DossierRefuse(pub Vec<String>);

/// The law that the settings ask for.
pub fn law(config: &LoiConfig) -> anyhow::Result<Law> {
    let ajouts = match &config.ajouts {
        Some(dossier) => {
            read(dossier).with_context(|| format!("TRAITANT_LOI, {}", dossier.display()))?
        }
        None => Vec::new(),
    };
    let mut law = Law::avec(&ajouts).context("la loi ne peut pas être chargée")?;
    if let Some(euros) = config.ccam_plafond {
        let cents = i64::from(euros).saturating_mul(100);
        law = law.reglee(Parametre::CcamInconnuePlafond, cents).context("TRAITANT_CCAM_PLAFOND")?;
    }
    Ok(law.au_dela(config.au_dela))
}

/// Whether a file may have this name: it is shown with its values.
pub fn est_un_nom(nom: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
    nom.ends_with(SUFFIXE) && !nom.starts_with('.') && nom.chars().all(plain)
}

/// The files of a directory, by name. Nothing of a directory that is wrong is used.
pub fn read(dossier: &Path) -> anyhow::Result<Vec<Ajout>> {
    without(dossier, None)
}

/// The files of a directory beside one of them, which may be about to take its place there.
pub fn read_beside(dossier: &Path, nom: &str) -> anyhow::Result<Vec<Ajout>> {
    without(dossier, Some(nom))
}

fn without(dossier: &Path, other: Option<&str>) -> anyhow::Result<Vec<Ajout>> {
    let mut wrong = Vec::new();
    let mut listed = liste(dossier, &mut wrong)?;
    if let Some(other) = other {
        listed.remove(other);
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dossier).context("dossier illisible")? {
        let name = entry.context("dossier illisible")?.file_name().to_string_lossy().into_owned();
        // Files that an editor or a copy under way leaves begin with a dot.
        let expected = other != Some(name.as_str());
        if name.ends_with(SUFFIXE) && !name.starts_with('.') && expected {
            names.push(name);
        }
    }
    names.sort_unstable();
    let mut found = Vec::new();
    for name in names {
        if !est_un_nom(&name) {
            let expected = "un nom de lettres sans accent, chiffres, « - », « _ » et « . »";
            wrong.push(format!("{name} : attendu {expected}"));
            continue;
        }
        let content = std::fs::read(dossier.join(&name)).with_context(|| name.clone())?;
        // The bytes that are read are those that are digested: what changes meanwhile is not used.
        match (listed.remove(&name), Empreinte::of(&content)) {
            (None, _) => wrong.push(format!("{name} : attendu son SHA-256 dans {LISTE}")),
            (Some(expected), digest) if expected != digest => wrong.push(format!(
                "{name} : attendu le SHA-256 {expected}, celui de {LISTE} ; le fichier a {digest}"
            )),
            (Some(_), _) => match String::from_utf8(content) {
                Ok(contenu) => found.push(Ajout { fichier: name, contenu }),
                Err(_) => wrong.push(format!("{name} : attendu un texte en UTF-8")),
            },
        }
    }
    wrong.extend(
        listed.keys().map(|name| format!("{name} : attendu ce fichier, que {LISTE} annonce")),
    );
    if wrong.is_empty() { Ok(found) } else { Err(DossierRefuse(wrong).into()) }
}

/// The digests that the list announces, by file. A directory without any list announces nothing.
fn liste(dossier: &Path, wrong: &mut Vec<String>) -> anyhow::Result<BTreeMap<String, Empreinte>> {
    let text = match std::fs::read_to_string(dossier.join(LISTE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).context(LISTE),
    };
    let mut listed = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read = line.split_once([' ', '\t']).and_then(|(digest, name)| {
            let name = name.trim_start_matches([' ', '\t', '*']).trim_end();
            Some((Empreinte::parse(digest)?, name.trim_start_matches("./")))
        });
        let Some((digest, name)) = read else {
            let number = index.saturating_add(1);
            wrong.push(format!(
                "{LISTE}, ligne {number} : attendu un SHA-256, deux espaces et un nom"
            ));
            continue;
        };
        if !name.ends_with(SUFFIXE) {
            continue;
        }
        if listed.insert(name.to_owned(), digest).is_some() {
            wrong.push(format!("{LISTE} : attendu {name} une seule fois"));
        }
    }
    Ok(listed)
}
