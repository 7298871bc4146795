//! The manual and the completion of the command line, made from the command line itself.

use std::path::Path;

use anyhow::Context;
use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use crate::cli::{self, Interprete};

/// The headings of a page, in the language of what they head.
const TITRES: [(&str, &str); 4] = [
    (".SH NAME", ".SH NOM"),
    (".SH SUBCOMMANDS", ".SH COMMANDES"),
    (".SH EXTRA", ".SH \"POUR FINIR\""),
    (".SH AUTHORS", ".SH AUTEURS"),
];

/// Writes every page in a directory; or the first one, on the standard output.
pub(crate) fn write(dossier: Option<&Path>) -> anyhow::Result<()> {
    let mut root = cli::command();
    root.build();
    let Some(dossier) = dossier else {
        return crate::print(&page(root)?);
    };
    std::fs::create_dir_all(dossier)
        .with_context(|| format!("création de {}", dossier.display()))?;
    let mut told = String::new();
    for command in all(root) {
        let path = dossier.join(format!("{}.1", name(&command)));
        std::fs::write(&path, page(command)?)
            .with_context(|| format!("écriture de {}", path.display()))?;
        told.extend([path.display().to_string(), "\n".to_owned()]);
    }
    crate::print(&told)
}

/// Writes what an interpreter of commands reads.
pub(crate) fn complete(interprete: Interprete) -> anyhow::Result<()> {
    let shell = match interprete {
        Interprete::Bash => Shell::Bash,
        Interprete::Zsh => Shell::Zsh,
        Interprete::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut cli::command(), "traitant", &mut script);
    crate::print(&String::from_utf8(script)?)
}

/// A command and all those below it.
fn all(command: Command) -> Vec<Command> {
    let below: Vec<Command> = command.get_subcommands().cloned().flat_map(all).collect();
    std::iter::once(command).chain(below).collect()
}

/// As a page is called: `traitant-cles-tourner`.
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: Command) -> anyhow::Result<String> {
    let title = name(&command).to_uppercase();
    let command = command.version(env!("CARGO_PKG_VERSION"));
    let mut written = Vec::new();
    Man::new(command).title(title).manual("Traitant").render(&mut written)?;
    let mut text = String::from_utf8(written)?;
    for (english, french) in TITRES {
        text = text.replace(&format!("{english}\n"), &format!("{french}\n"));
    }
    Ok(text)
}
