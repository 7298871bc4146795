//! The number of a declaration, as it is copied by hand.

use proptest::prelude::*;
use traitant::domain::declaration::NumeroDeclaration;

/// Thirty-two symbols, none of which looks like another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

proptest! {
    #[test]
    fn a_number_is_read_back_and_one_wrong_character_is_noticed(
        random in any::<u64>(), place in 0usize..12, other in 0usize..32,
    ) {
        let number = NumeroDeclaration::from_random(random);
        let printed = number.to_string();
        prop_assert_eq!(NumeroDeclaration::parse(&printed), Ok(number));
        prop_assert_eq!(NumeroDeclaration::parse(&printed.to_lowercase().replace('-', " ")), Ok(number));
        prop_assert_eq!(NumeroDeclaration::parse(printed.trim_start_matches("MT-")), Ok(number));

        let mut symbols: Vec<char> = printed.replace('-', "").chars().skip(2).collect();
        let wrong = char::from(ALPHABET[other]);
        prop_assume!(symbols[place] != wrong);
        symbols[place] = wrong;
        let mistyped: String = symbols.into_iter().collect();
        prop_assert!(NumeroDeclaration::parse(&mistyped).is_err());
    }
}

#[test]
fn letters_that_look_like_digits_are_read_as_them() {
    let number = NumeroDeclaration::from_random(0);
    assert_eq!(number.to_string(), "MT-0000-0000-0000");
    assert_eq!(NumeroDeclaration::parse("mt-oooo-OOOO-0000"), Ok(number));
    assert!(NumeroDeclaration::parse("MT-0000-0000-000").is_err());
    assert!(NumeroDeclaration::parse("MT-0000-0000-000U").is_err());
}
