//! Reads a plan from its texts.

use std::collections::{BTreeSet, HashSet};
use std::string::FromUtf8Error;
use std::sync::Arc;

use super::Plan;
use super::builder::Builder;
use super::formats::native;
use crate::glob::Glob;
use crate::source::SourceFile;

/// The maximum size of a plan in bytes, over all its files.
pub const MAX_TEXT: usize = 64 * 1024 * 1024;

/// One file of a plan.
#[derive(Clone, Debug)]
pub struct PlanText {
    /// The name used in output.
    pub name: String,
    /// The content, or a one-line error if it could not be loaded.
    pub bytes: Result<Vec<u8>, String>,
    /// The absolute paths of the repository root, with `/` as separator and none at the end. An
    /// absolute path in the plan that lies below one can be made relative.
    pub roots: Arc<[String]>,
    /// Existing files and folders whose names look like prose, such as `Logo.svg (old)`.
    pub existing: Arc<BTreeSet<String>>,
}

impl PlanText {
    /// A file with its content.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> PlanText {
        PlanText {
            name: name.into(),
            bytes: Ok(text.into()),
            roots: Arc::default(),
            existing: Arc::default(),
        }
    }

    /// A file that could not be loaded, with a one-line error.
    #[must_use]
    pub fn missing(name: impl Into<String>, problem: impl Into<String>) -> PlanText {
        PlanText {
            name: name.into(),
            bytes: Err(problem.into()),
            roots: Arc::default(),
            existing: Arc::default(),
        }
    }
}

/// Reads a plan from its texts, merged in order.
#[must_use]
pub fn read(texts: Vec<PlanText>) -> Plan {
    read_with(texts, HashSet::new())
}

/// Like [`read`], but reuses the globs of `before` and what they have cached.
#[must_use]
pub fn read_again(texts: Vec<PlanText>, before: &Plan) -> Plan {
    let known = before.glob_entries().filter_map(|(_, entry)| entry.glob.clone().ok());
    read_with(texts, known.collect())
}

/// Like [`read`] or, with `before`, [`read_again`], where paths exist. Returns the texts with the
/// existing names that matter.
pub fn read_among(
    mut texts: Vec<PlanText>,
    before: Option<&Plan>,
    mut exists: impl FnMut(&str) -> bool,
) -> (Vec<PlanText>, Plan) {
    let mut existing = BTreeSet::new();
    loop {
        let plan = match before {
            Some(before) => read_again(texts.clone(), before),
            None => read(texts.clone()),
        };
        let found = plan.unknown_names.iter().filter(|name| exists(name));
        let found: Vec<String> = found.cloned().collect();
        // Names that are known to exist are not asked for again, so this ends.
        if found.is_empty() {
            return (texts, plan);
        }
        existing.extend(found);
        let existing = Arc::new(existing.clone());
        texts.iter_mut().for_each(|text| text.existing = Arc::clone(&existing));
    }
}

#[allow(clippy::mutable_key_type, reason = "a glob is its text; what it caches changes nothing")]
fn read_with(texts: Vec<PlanText>, globs: HashSet<Glob>) -> Plan {
    let mut builder = Builder::new(globs);
    let mut size = 0;
    for text in texts {
        let bytes = text.bytes.and_then(|bytes| {
            size += bytes.len();
            if size > MAX_TEXT {
                return Err(format!("the plan is larger than {} MiB", MAX_TEXT >> 20));
            }
            Ok(bytes)
        });
        let mut begin = |content: String| {
            let source = SourceFile::new(text.name.as_str(), content);
            let all = 0..source.text().len();
            let (roots, existing) = (Arc::clone(&text.roots), Arc::clone(&text.existing));
            builder.begin_file(source.clone(), all.clone(), roots, existing);
            (source, all)
        };
        match bytes.map(String::from_utf8) {
            Ok(Ok(text)) => {
                let (source, all) = begin(text);
                native::read(&mut builder, source.text(), all);
            }
            Ok(Err(error)) => {
                let valid = error.utf8_error().valid_up_to();
                begin(String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned());
                invalid_utf8(&mut builder, &error);
            }
            Err(problem) => {
                begin(String::new());
                builder.lanes_unknown();
                let help = "no lane is known until this file can be read";
                builder.problem(0..0, problem, help);
            }
        }
    }
    builder.finish()
}

fn invalid_utf8(builder: &mut Builder, error: &FromUtf8Error) {
    let at = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let message = if utf16 {
        "the plan is UTF-16 (expected UTF-8)".to_owned()
    } else {
        format!("invalid UTF-8 at byte {at}")
    };
    builder.lanes_unknown();
    builder.problem(at..at, message, "save the plan as UTF-8");
}
