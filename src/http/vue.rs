//! What goes out: a shape, and where each of its fields comes from.

/// Declares shapes of answers: of what each is made, what must be named first, and its fields, each with its
/// type and its value.
macro_rules! vue {
    ($( $(#[$meta:meta])* $seen:vis struct $name:ident($($from:ident: $known:ty),+ $(,)?) {
        $( let $named:pat = $first:expr; )*
        $( $(#[$about:meta])+ $open:vis $field:ident: $kind:ty = $value:expr ),+ $(,)?
    } )+) => {$(
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        $(#[$meta])*
        $seen struct $name {
            $( $(#[$about])+ $open $field: $kind, )+
        }

        impl $name {
            /// The shape of what is known.
            pub(crate) fn new($($from: $known),+) -> Self {
                $( let $named = $first; )*
                Self { $( $field: $value ),+ }
            }
        }
    )+};
}
pub(crate) use vue;
