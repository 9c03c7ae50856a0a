//! Cleans up when a signal ends the program.

/// From now on, SIGINT, SIGTERM and SIGHUP also end git processes and remove scratch folders.
#[cfg(unix)]
pub(super) fn clean_up_on_signals() {
    use std::thread;

    use lanelint::git::clean_up;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let ignored = ignored_signals();
    let handled = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !ignored.contains(signal));
    // Without a handler a signal still ends the program, and only leaves a folder behind.
    let Ok(mut signals) = Signals::new(handled) else { return };
    thread::spawn(move || {
        for signal in signals.forever() {
            let _cleaned_up = clean_up();
            // So that the parent process sees which signal it was.
            let _ = emulate_default_handler(signal);
        }
    });
}

#[cfg(not(unix))]
pub(super) fn clean_up_on_signals() {}

/// Signals that the parent process ignores, as `nohup` does. They stay ignored. Known only on Linux.
#[cfg(unix)]
fn ignored_signals() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}
