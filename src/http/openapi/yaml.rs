//! The document as YAML, as the repository keeps it: what is short takes one line.

use utoipa::openapi::OpenApi;

/// YAML of a document, where a reference, and a list or an object of words take one line.
pub(crate) fn to_yaml(document: &OpenApi) -> String {
    let yaml = document.to_yaml().unwrap_or_default();
    let lines: Vec<&str> = yaml.lines().collect();
    let mut rest = &lines[..];
    let mut compact = String::with_capacity(yaml.len());
    while let [line, after @ ..] = rest {
        compact.push_str(line);
        rest = after;
        if let Some((value, left)) = in_one_line(line, after) {
            compact.push_str(&value);
            rest = left;
        }
        compact.push('\n');
    }
    compact
}

/// The value of a member, when it fits on the line of its name, and the lines that follow it.
fn in_one_line<'a, 'b>(line: &str, after: &'a [&'b str]) -> Option<(String, &'a [&'b str])> {
    let depth = |line: &str| line.len().saturating_sub(line.trim_start().len());
    let is_inside = |next: &&&str| {
        let item = next.trim_start().starts_with("- ");
        depth(next) > depth(line) || (item && depth(next) == depth(line))
    };
    let count = after.iter().take_while(is_inside).count();
    let (inside, left) = after.split_at_checked(count).filter(|_| line.ends_with(':'))?;
    if let [names @ .., only] = inside
        && names.iter().all(|name| name.ends_with(':') && !name.trim_start().starts_with("- "))
        && let Some(reference) = short(only.trim_start()).filter(|value| value.starts_with('{'))
    {
        let nest = |value, name: &&str| format!("{{{} {value}}}", name.trim_start());
        return Some((format!(" {}", names.iter().rev().fold(reference, nest)), left));
    }
    let member = |line: &&str| {
        let (name, value) = line.split_once(": ")?;
        Some(format!("{}: {}", short(name.trim_start())?, short(value)?))
    };
    if let Some(members) = inside.iter().map(member).collect::<Option<Vec<_>>>()
        && !members.is_empty()
    {
        return Some((format!(" {{{}}}", members.join(", ")), left));
    }
    let items = inside.iter().map(|item| short(item.trim_start().strip_prefix("- ")?));
    let items: Vec<String> = items.collect::<Option<_>>()?;
    (!items.is_empty()).then(|| (format!(" [{}]", items.join(", ")), left))
}

/// A reference, the type that is null, or a word.
fn short(value: &str) -> Option<String> {
    if value.starts_with("$ref: ") || value == "type: 'null'" {
        return Some(format!("{{{value}}}"));
    }
    let word = value.chars().all(|c| c.is_ascii_alphanumeric() || "_.-'".contains(c));
    word.then(|| value.to_owned())
}
