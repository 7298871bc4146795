//! Things said one after the other, in French.

/// « a », « a et b », « a, b et c »; nothing for nothing.
pub fn enumere<T: AsRef<str>>(all: &[T]) -> String {
    let Some((last, first)) = all.split_last() else { return String::new() };
    let mut said = String::new();
    for (place, one) in first.iter().enumerate() {
        if place > 0 {
            said.push_str(", ");
        }
        said.push_str(one.as_ref());
    }
    if !first.is_empty() {
        said.push_str(" et ");
    }
    said.push_str(last.as_ref());
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_comes_after_a_conjunction() {
        assert_eq!(enumere::<&str>(&[]), "");
        assert_eq!(enumere(&["a"]), "a");
        assert_eq!(enumere(&["a", "b"]), "a et b");
        assert_eq!(enumere(&["a", "b", "c"]), "a, b et c");
    }
}
