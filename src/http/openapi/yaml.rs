//! The document as YAML, as the repository keeps it: what is short takes one line.

use utoipa::openapi::OpenApi;

/// Longest line on which a value of several members is put.
const WIDTH: usize = 140;

/// YAML of a document, where what is short takes one line.
pub(super) fn to_yaml(document: &OpenApi) -> String {
    let yaml = document.to_yaml().unwrap_or_default();
    let lines: Vec<&str> = yaml.lines().collect();
    let mut compact = String::with_capacity(yaml.len());
    for line in shortened(&lines) {
        compact.push_str(&line);
        compact.push('\n');
    }
    compact
}

/// The same lines, where the value of a name that fits on its line stands there.
fn shortened(lines: &[&str]) -> Vec<String> {
    let mut short = Vec::with_capacity(lines.len());
    let mut rest = lines;
    while let [line, after @ ..] = rest {
        let (inside, left) =
            after.split_at(after.iter().take_while(|next| is_in(next, line)).count());
        rest = left;
        if line.ends_with("|-") || line.ends_with('|') {
            short.push((*line).to_owned());
            short.extend(inside.iter().map(|text| (*text).to_owned()));
            continue;
        }
        let inside = shortened(inside);
        if let Some(whole) = in_one_line(line, &inside) {
            short.push(whole);
        } else {
            short.push((*line).to_owned());
            short.extend(inside);
        }
    }
    short
}

fn depth(line: &str) -> usize {
    line.len().saturating_sub(line.trim_start().len())
}

/// Whether a line belongs to the value of the one above it. An item may stand under its name.
fn is_in(next: &str, line: &str) -> bool {
    let item = next.trim_start().starts_with("- ") && !line.trim_start().starts_with("- ");
    next.is_empty() || depth(next) > depth(line) || (item && depth(next) == depth(line))
}

/// A name and its value, when both fit on one line.
fn in_one_line(line: &str, inside: &[String]) -> Option<String> {
    let members = inside.iter().map(|member| member.trim_start());
    let value = if inside.iter().all(|one| one.trim_start().starts_with("- ")) {
        let items = members.map(|item| in_flow(item.strip_prefix("- ")?, true));
        format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(", "))
    } else {
        let members = members.map(|member| {
            let (name, value) =
                member.split_once(": ").filter(|(name, _)| !name.starts_with("- "))?;
            Some(format!("{name}: {}", in_flow(value, false)?))
        });
        format!("{{{}}}", members.collect::<Option<Vec<_>>>()?.join(", "))
    };
    let whole = format!("{line} {value}");
    let fits = whole.len() <= WIDTH || value.starts_with('[');
    (line.ends_with(':') && !inside.is_empty() && fits).then_some(whole)
}

/// A value as it stands within brackets: of a list, only words and references.
fn in_flow(value: &str, item: bool) -> Option<String> {
    let closed = |open: char, close: char| value.starts_with(open) && value.ends_with(close);
    if closed('{', '}') || closed('[', ']') || closed('\'', '\'') {
        return Some(value.to_owned());
    }
    if item && (value.starts_with("$ref: ") || value == "type: 'null'") {
        return Some(format!("{{{value}}}"));
    }
    if value.starts_with(['"', '|', '>', '&', '*']) || (item && value.contains(": ")) {
        return None;
    }
    let quoted = value.contains([',', ':', '?', '[', ']', '{', '}']);
    Some(if quoted { format!("'{}'", value.replace('\'', "''")) } else { value.to_owned() })
}
