//! Closed lists of words: what JSON says, what the database stores, what people read.

/// A closed list whose members have a word in JSON and a number in the database.
pub trait Vocabulaire: Copy + Eq + 'static {
    /// Name of the list, for messages and schemas.
    const NOM: &'static str;
    /// Every member, in the order of the documentation.
    const TOUS: &'static [Self];

    /// The word used in JSON.
    fn mot(self) -> &'static str;

    /// The number stored in the database. Never renumbered, never reused.
    fn code(self) -> u8;

    /// The member of a word.
    fn du_mot(mot: &str) -> Option<Self>;

    /// The member of a stored number.
    fn du_code(code: u8) -> Option<Self>;
}

/// Declares closed lists: one line a member, with its number, its word and its documentation.
macro_rules! vocabulaire {
    ($(
        $(#[$doc:meta])*
        $name:ident ($nom:literal) {
            $( $(#[$member_doc:meta])* $member:ident = $code:literal $mot:literal ),+ $(,)?
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$member_doc])* $member ),+
        }

        impl $crate::domain::vocabulary::Vocabulaire for $name {
            const NOM: &'static str = $nom;
            const TOUS: &'static [Self] = &[$( Self::$member ),+];

            #[inline]
            fn mot(self) -> &'static str {
                match self { $( Self::$member => $mot ),+ }
            }

            #[inline]
            fn code(self) -> u8 {
                match self { $( Self::$member => $code ),+ }
            }

            fn du_mot(mot: &str) -> Option<Self> {
                match mot { $( $mot => Some(Self::$member), )+ _ => None }
            }

            fn du_code(code: u8) -> Option<Self> {
                match code { $( $code => Some(Self::$member), )+ _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::domain::vocabulary::Vocabulaire::mot(*self))
            }
        }
    )+};
}
pub(crate) use vocabulaire;

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(unreachable_pub, reason = "the lists of the crate are public")]
    mod colours {
        vocabulaire!(
            /// Two colours.
            Couleur ("couleur") {
                /// Red.
                Rouge = 1 "rouge",
                /// Blue.
                Bleu = 7 "bleu",
            }
        );
    }
    use colours::Couleur;

    #[test]
    fn a_word_and_a_number_lead_back_to_their_member() {
        for couleur in Couleur::TOUS {
            assert_eq!(Couleur::du_mot(couleur.mot()), Some(*couleur));
            assert_eq!(Couleur::du_code(couleur.code()), Some(*couleur));
        }
        assert_eq!(Couleur::du_mot("vert"), None);
        assert_eq!(Couleur::du_code(2), None);
    }
}
