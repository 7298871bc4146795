//! What a caller accepts (RFC 9110, 12.5.1): media ranges, in any case, the most precise of which says how much a type weighs.

use axum::http::{HeaderMap, header};

use super::problem::{Code, Refus};

/// What a type weighs that nothing makes less, in thousandths.
const ENTIER: u16 = 1000;

/// How much a caller wants a media type, in thousandths: nothing of one that is refused, or that no range holds. Who says nothing
/// accepts everything.
pub(super) fn poids(headers: &HeaderMap, kind: &str) -> u16 {
    let lines = headers.get_all(header::ACCEPT).into_iter().filter_map(|line| line.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).map(str::trim);
    let mut ranges = ranges.filter(|range| !range.is_empty()).peekable();
    if ranges.peek().is_none() {
        return ENTIER;
    }
    let group = kind.split_once('/').map_or("*/*".to_owned(), |(group, _)| format!("{group}/*"));
    let precision = |range: &str| match range {
        own if own.eq_ignore_ascii_case(kind) => Some(2_u8),
        own if own.eq_ignore_ascii_case(&group) => Some(1),
        "*/*" => Some(0),
        _ => None,
    };
    let known = ranges.filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let precision = precision(parts.next().unwrap_or_default())?;
        Some((precision, parts.find_map(weight).unwrap_or(ENTIER)))
    });
    known.max().map_or(0, |(_, weight)| weight)
}

/// The first of some media types that a caller wants most, by its rank, or the refusal of who wants none of them.
pub(super) fn voulue<T: Copy>(headers: &HeaderMap, formes: &[(T, &str)]) -> Result<T, Refus> {
    let mut best = None;
    for (forme, kind) in formes {
        let weight = poids(headers, kind);
        if weight > best.map_or(0, |(_, known)| known) {
            best = Some((*forme, weight));
        }
    }
    best.map(|(forme, _)| forme).ok_or_else(|| {
        let names: Vec<&str> = formes.iter().map(|(_, kind)| *kind).collect();
        let detail =
            format!("Accept refuse ce que cette opération écrit : {}.", names.join(" ou "));
        Refus::new(Code::FormeIndisponible, detail)
    })
}

/// The weight that a parameter of a range says: one that is not written as it should counts for the whole.
fn weight(part: &str) -> Option<u16> {
    let (name, written) = part.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let written = written.trim();
    let (whole, rest) = written.split_once('.').unwrap_or((written, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !["0", "1"].contains(&whole) || rest.len() > 3 || !digits(rest) {
        return Some(ENTIER);
    }
    let thousandths: u16 = format!("{whole}{rest:0<3}").parse().unwrap_or(ENTIER);
    Some(thousandths.min(ENTIER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT, line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_most_precise_range_says_the_weight() {
        for (line, weight) in [
            ("", 1000),
            ("*/*", 1000),
            ("TEXT/PLAIN", 1000),
            ("text/plain; charset=utf-8 ; Q=0.25", 250),
            ("text/plain;q=0, */*", 0),
            ("*/*;q=0.1, text/*;q=0.2", 200),
            ("text/plain;q=0.000", 0),
            ("text/plain;q=1.000", 1000),
            ("text/plain;q=1.5", 1000),
            ("text/plain;q=x", 1000),
            ("application/pdf", 0),
            (", ,", 1000),
        ] {
            assert_eq!(poids(&headers(&[line]), "text/plain"), weight, "{line}");
        }
        assert_eq!(poids(&HeaderMap::new(), "text/plain"), 1000);
        assert_eq!(poids(&headers(&["application/pdf", "text/plain;q=0.5"]), "text/plain"), 500);
    }

    #[test]
    fn the_form_that_weighs_most_is_given_and_the_first_of_two_as_heavy() {
        let wanted = |line: &'static str| {
            voulue(&headers(&[line]), &[('p', "application/pdf"), ('t', "text/plain")])
        };
        for (line, form) in [
            ("", 'p'),
            ("*/*", 'p'),
            ("text/plain", 't'),
            ("Text/Plain;q=0.1", 't'),
            ("text/plain;q=0.5, application/pdf", 'p'),
            ("application/pdf;q=0.5, text/plain;q=0.6", 't'),
            ("text/plain, application/pdf", 'p'),
            ("text/plain;q=0, */*;q=0.1", 'p'),
            ("application/pdf;q=0, */*", 't'),
        ] {
            assert_eq!(wanted(line).unwrap(), form, "{line}");
        }
        for line in ["application/json", "*/*;q=0", "text/plain;q=0"] {
            assert_eq!(wanted(line).unwrap_err().code, Code::FormeIndisponible, "{line}");
        }
    }
}
