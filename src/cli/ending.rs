//! Leaving nothing behind where a signal ends the program.

/// From here on SIGINT, SIGTERM and SIGHUP end the program as ever, and its scratch folders and git
/// processes with it.
#[cfg(unix)]
pub(super) fn clean_up_on_signals() {
    use std::thread;

    use lanelint::git::clean_up;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let ignored = ignored_signals();
    let ending = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !ignored.contains(signal));
    // Without a handler a signal ends the program too: only the folder stays.
    let Ok(mut signals) = Signals::new(ending) else { return };
    thread::spawn(move || {
        for signal in signals.forever() {
            let _cleaned_up = clean_up();
            // Whoever started the program sees which signal it was.
            let _ = emulate_default_handler(signal);
        }
    });
}

#[cfg(not(unix))]
pub(super) fn clean_up_on_signals() {}

/// The signals that whoever started the program had ignored, as `nohup` does: they go on being so.
/// Only Linux says.
#[cfg(unix)]
fn ignored_signals() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}
