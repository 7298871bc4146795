//! The statements of one request, read from the log of PostgreSQL and made into a script of `pgbench`.

use std::path::Path;

use crate::support::{client, psql};

/// A statement with its parameters, as the log tells them.
#[derive(Debug)]
pub struct Statement {
    text: String,
    /// `None` for NULL.
    parameters: Vec<Option<String>>,
}

/// Turns the log of every statement on or off.
pub fn log(folder: &Path, on: bool) {
    let value = if on { "0" } else { "-1" };
    psql(folder, &format!("ALTER SYSTEM SET log_min_duration_statement = {value}"));
    psql(folder, "SELECT pg_reload_conf()");
}

/// The statements of the transaction that says a word, from `BEGIN` to `COMMIT`.
pub fn transaction(folder: &Path, word: &str) -> Vec<Statement> {
    let journal = std::fs::read_to_string(folder.join("postgresql.log")).unwrap();
    let mut entries: Vec<String> = Vec::new();
    for line in journal.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(last)) => {
                last.push('\n');
                last.push_str(more);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    let process = |entry: &str| entry.split(['[', ']']).nth(1).map(str::to_owned);
    let wanted = entries.iter().rev().find(|entry| entry.contains(word)).and_then(|e| process(e));
    let mut statements: Vec<Statement> = Vec::new();
    // Parsing and binding are logged too, the latter with the same parameters.
    let mut executed = false;
    for entry in entries.iter().filter(|entry| process(entry) == wanted) {
        let said = entry.split_once(" ms  ").map(|(_, after)| after);
        if let Some(text) = said.and_then(|said| said.strip_prefix("statement: ")) {
            if text.starts_with("BEGIN") {
                statements.clear();
            }
            statements.push(Statement { text: text.to_owned(), parameters: Vec::new() });
            if text.starts_with("COMMIT") && statements.iter().any(|own| own.text.contains(word)) {
                break;
            }
        } else if let Some(text) = said.and_then(|said| said.strip_prefix("execute ")) {
            let text = text.split_once(": ").unwrap().1.to_owned();
            statements.push(Statement { text, parameters: Vec::new() });
            executed = true;
        } else if said.is_some() {
            executed = false;
        } else if executed
            && let Some((_, list)) = entry.split_once("DETAIL:  parameters: ")
            && let Some(last) = statements.last_mut()
        {
            last.parameters = values(list);
        }
    }
    statements
}

/// The values of `$1 = '…', $2 = NULL`.
fn values(list: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut rest = list;
    loop {
        let start = format!("${} = ", found.len() + 1);
        let Some((_, after)) = rest.split_once(&start) else { return found };
        if let Some(quoted) = after.strip_prefix('\'') {
            let (mut value, mut chars) = (String::new(), quoted.char_indices().peekable());
            let mut end = quoted.len();
            while let Some((at, c)) = chars.next() {
                if c != '\'' {
                    value.push(c);
                } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
                    value.push('\'');
                } else {
                    end = at;
                    break;
                }
            }
            found.push(Some(value));
            rest = &quoted[end..];
        } else {
            found.push(None);
            rest = after;
        }
    }
}

/// The types that PostgreSQL gives to the parameters of a statement.
fn types(folder: &Path, text: &str) -> Vec<String> {
    let asked = format!(
        "PREPARE measured AS {text};
         SELECT array_to_string(parameter_types, ' ; ') FROM pg_prepared_statements WHERE name = 'measured'"
    );
    let output = client("psql", folder).args(["-qAt", "-c", &asked]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().split(" ; ").map(str::to_owned).collect()
}

/// The place of the row of a person, who is this expression: another at each run, and after each of them.
fn place(person: &str) -> String {
    format!("(ARRAY(SELECT ctid FROM patient WHERE patient_id = ({person})::uuid))")
}

/// The script: each parameter as a constant of its type, where what must differ from one run to the
/// next is an expression.
pub fn script(
    folder: &Path,
    head: &str,
    statements: &[Statement],
    (changing, person): (&[(String, &str)], &str),
) -> String {
    let mut script = head.to_owned();
    for statement in statements {
        let mut text = statement.text.clone();
        if !statement.parameters.is_empty() {
            let types = types(folder, &text);
            assert_eq!(types.len(), statement.parameters.len(), "{text}");
            for (index, value) in statement.parameters.iter().enumerate().rev() {
                let value = value.as_ref().map_or_else(
                    || "NULL".to_owned(),
                    |value| {
                        let mut quoted = format!("'{}'", value.replace('\'', "''"));
                        for (known, expression) in changing {
                            quoted = quoted.replace(known, &format!("' || {expression} || '"));
                        }
                        quoted
                    },
                );
                let value = match types[index].as_str() {
                    "tid[]" => place(person),
                    known => format!("({value})::{known}"),
                };
                text = text.replace(&format!("${}", index + 1), &value);
            }
        }
        script.push_str(text.trim().trim_end_matches(';'));
        script.push_str(";\n");
    }
    script
}
