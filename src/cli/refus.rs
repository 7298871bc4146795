//! What is wrong with a command line, in French.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Arguments one of which is wanted, by the one that is said to be missing.
const AU_CHOIX: [(&str, &str); 2] =
    [("--simulation", "--visa <REFERENCE>"), ("--organisme", "--medecin <MEDECIN>")];

/// What is wrong with a command line.
#[expect(clippy::wildcard_enum_match_arm, reason = "kinds that this command line cannot meet")]
pub(super) fn refusal(error: &clap::Error, root: &Command) -> String {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(all)) => all.join(", "),
        _ => String::new(),
    };
    let argument = said(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("commande inconnue : « {} »", said(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("argument inconnu : « {argument} »"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = said(ContextKind::InvalidValue);
            if value.is_empty() {
                format!("il manque la valeur de {argument}")
            } else {
                format!("« {value} » ne convient pas à {argument}{}", attendu(root, &argument))
            }
        }
        ErrorKind::ArgumentConflict => match said(ContextKind::PriorArg) {
            other if other.is_empty() || other == argument => {
                format!("{argument} est donné deux fois")
            }
            other => format!("{argument} et {other} s'excluent"),
        },
        ErrorKind::MissingRequiredArgument => {
            let own = argument.split(' ').next().unwrap_or_default();
            match AU_CHOIX.iter().find(|(one, _)| *one == own) {
                Some((_, other)) => format!("il manque {argument}, ou {other}"),
                None => format!("il manque {argument}"),
            }
        }
        ErrorKind::MissingSubcommand => "il manque une commande".to_owned(),
        _ => "ligne de commande incomprise".to_owned(),
    }
}

/// What an argument expects, in the words of its help, when all the commands that have it agree.
fn attendu(root: &Command, argument: &str) -> String {
    let mut helps = Vec::new();
    gather(root, argument, &mut helps);
    match helps.as_slice() {
        [help] => format!("\n\n  {argument}\n          {help}"),
        _ => String::new(),
    }
}

/// The different helps of an argument, by the commands below.
fn gather(command: &Command, argument: &str, helps: &mut Vec<String>) {
    let known = command.get_arguments().filter(|known| known.to_string() == argument);
    for help in known.filter_map(clap::Arg::get_help).map(ToString::to_string) {
        if !helps.contains(&help) {
            helps.push(help);
        }
    }
    command.get_subcommands().for_each(|below| gather(below, argument, helps));
}
