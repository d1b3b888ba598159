//! Progress of migrations, on standard error if that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::schema::Event;

/// Returns a bar that shows what happens. Without a terminal nothing is shown.
pub(super) fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{bar:20}] {pos}/{len} {elapsed}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Shows an event.
pub(super) fn show(bar: &ProgressBar, event: &Event) {
    match event {
        Event::Waiting => bar.set_message("another migrator is at work"),
        Event::Started { id, steps_done, steps_total } => {
            bar.set_length(u64::try_from(*steps_total).unwrap_or_default());
            bar.set_position(u64::try_from(*steps_done).unwrap_or_default());
            bar.set_message(id.clone());
        }
        Event::Step { step, .. } => bar.set_position(u64::try_from(step.saturating_sub(1)).unwrap_or_default()),
        Event::Repeated { id, rows } => bar.set_message(format!("{id}: {rows} rows")),
        Event::LockTimeout { id, attempt, pause } => {
            bar.set_message(format!("{id}: no lock at attempt {attempt}, again in {:.1} s", pause.as_secs_f64()));
        }
        Event::Finished { .. } => bar.set_position(bar.length().unwrap_or_default()),
    }
}
