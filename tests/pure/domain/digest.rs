//! Digests of contents.

use traitant::domain::digest::Empreinte;

#[test]
fn a_digest_is_read_back_from_what_it_prints() {
    let digest = Empreinte::of("abc");
    let printed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest.to_string(), printed);
    assert_eq!(Empreinte::parse(printed), Some(digest));
    assert_eq!(Empreinte::parse(&printed.to_uppercase()), Some(digest));
    assert_eq!(Empreinte::parse("ba78"), None);
    assert_eq!(Empreinte::parse(&"+1".repeat(32)), None);
    assert_eq!(Empreinte::parse(&"zz".repeat(32)), None);
}
