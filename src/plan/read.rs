//! From texts to a plan: which can be had, and how much of them.

use std::collections::HashSet;
use std::string::FromUtf8Error;
use std::sync::Arc;

use super::Plan;
use super::builder::Builder;
use super::formats::native;
use crate::glob::Glob;
use crate::source::SourceFile;

/// The most bytes that a plan may have, all its files together.
pub const MAX_TEXT: usize = 64 * 1024 * 1024;

/// One text of a plan, as it was found.
#[derive(Clone, Debug)]
pub struct PlanText {
    /// The name by which answers call it.
    pub name: String,
    /// The bytes, or why there are none: in one line, for people.
    pub bytes: Result<Vec<u8>, String>,
    /// The repository's root as paths of this machine begin, with `/` between folders and none at
    /// the end: an absolute path in the plan may lie below it.
    pub roots: Arc<[String]>,
}

impl PlanText {
    /// A text that could be had.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> PlanText {
        PlanText { name: name.into(), bytes: Ok(text.into()), roots: Arc::default() }
    }

    /// A text that could not be had, and why, in one line for people.
    #[must_use]
    pub fn missing(name: impl Into<String>, problem: impl Into<String>) -> PlanText {
        PlanText { name: name.into(), bytes: Err(problem.into()), roots: Arc::default() }
    }
}

/// Reads a plan from its texts, united in their order.
#[must_use]
pub fn read(texts: Vec<PlanText>) -> Plan {
    read_with(texts, HashSet::new())
}

/// Reads a plan from its texts, of which most is as it was when `before` was read: the globs that both
/// have are the same ones, with all that was found out about them.
///
/// The plan is the one that [`read`] makes.
#[must_use]
pub fn read_again(texts: Vec<PlanText>, before: &Plan) -> Plan {
    let known = before.glob_entries().filter_map(|(_, entry)| entry.glob.clone().ok());
    read_with(texts, known.collect())
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
        let mut begin = |text_read: String| {
            let source = SourceFile::new(text.name.as_str(), text_read);
            let all = 0..source.text().len();
            builder.begin_file(source.clone(), all.clone(), Arc::clone(&text.roots));
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
                not_text(&mut builder, &error);
            }
            Err(problem) => {
                begin(String::new());
                builder.lanes_unknown();
                let help = "until it can be read, nobody knows what the lanes are";
                builder.problem(0..0, problem, help);
            }
        }
    }
    builder.finish()
}

fn not_text(builder: &mut Builder, error: &FromUtf8Error) {
    let at = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let message = if utf16 {
        "this is UTF-16, and a plan is UTF-8".to_owned()
    } else {
        format!("byte {at} is no UTF-8 text")
    };
    builder.lanes_unknown();
    builder.problem(at..at, message, "save the plan as UTF-8");
}
