//! The life of a declaration of an adult with one doctor.
