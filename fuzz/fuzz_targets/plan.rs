//! Any bytes are read as a plan, judged, and written in every format; every place that a problem
//! names lies inside the text.
#![no_main]

use lanelint::plan::{PlanText, read};
use lanelint::report::{Format, Style, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let plan = std::sync::Arc::new(read(vec![PlanText::new("lanes.yaml", bytes)]));
    for problem in &plan.problems {
        for (span, _) in &problem.labels {
            let text = plan.sources[span.file.0].text();
            assert!(text.get(span.bytes()).is_some(), "{problem:?}");
        }
    }
    for (_, entry) in plan.glob_entries() {
        for fault in entry.glob.as_ref().err().into_iter().flatten() {
            let text = plan.sources[fault.span.file.0].text();
            assert!(text.get(fault.span.bytes()).is_some(), "{fault:?}");
        }
    }
    // Deciding lanes is the business of another target, and takes long on hostile ones.
    if plan.glob_entries().map(|(_, entry)| entry.text.len()).sum::<usize>() > 400 {
        return;
    }
    let report = lanelint::check::check(&plan, &[], Vec::new());
    for (name, format) in Format::ALL {
        let mut out = Vec::new();
        let written = write(&report, format, Style { color: false, width: 80 }, &mut out);
        assert!(written.is_ok());
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains("##["), "{text:?}");
        let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
        assert!(name == "github" || commands.count() == 0, "{text:?}");
    }
});
