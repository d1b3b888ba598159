//! The code of the guide (`docs/guide`), run page by page against a real server; `build.rs` says how.
#![allow(unused, clippy::all)]

/// The statements that a page sends.
mod sent {
    use std::{
        fmt::Debug,
        sync::{Arc, Mutex},
    };

    use tracing::{
        Subscriber,
        field::{Field, Visit},
        span::{Attributes, Id},
        subscriber::DefaultGuard,
    };
    use tracing_subscriber::{Layer, layer::Context, prelude::*};

    #[derive(Clone, Default)]
    struct Texts(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Texts {
        fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
            attributes.record(&mut self.clone());
        }
    }

    impl Visit for Texts {
        fn record_str(&mut self, field: &Field, value: &str) {
            if field.name() == "db.query.text" {
                self.0.lock().unwrap().push(value.to_owned());
            }
        }

        fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
    }

    pub(super) struct Sent(Texts, DefaultGuard);

    pub(super) fn listen() -> Sent {
        let texts = Texts::default();
        Sent(texts.clone(), tracing_subscriber::registry().with(texts).set_default())
    }

    impl Sent {
        /// Panics for a block that is the text of no statement.
        #[track_caller]
        pub(super) fn must_have(&self, blocks: &[&str]) {
            let sent = self.0.0.lock().unwrap();
            for block in blocks {
                let text = block.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(sent.contains(&text), "no statement of the page is\n{text}\nbut\n{}", sent.join("\n"));
            }
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/guide.rs"));
