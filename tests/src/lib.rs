//! Only tests live in this package: see `it`, `ui` and `hygiene`.
