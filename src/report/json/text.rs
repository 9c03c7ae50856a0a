//! The layout of JSON: one line per field of the object and per item of its lists. People can find a
//! finding by its line, and half a million findings stay small.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::parallel;
use crate::report::safe;

/// Writes an object and a line feed.
pub(in crate::report) fn write_document(
    document: &impl Serialize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(&mut *out, Lines::default()))?;
    writeln!(out)
}

/// Writes the value of a field of the object.
pub(in crate::report) fn write_field(
    value: &impl Serialize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let lines = Lines { depth: 1, ..Lines::default() };
    Ok(value.serialize(&mut Serializer::with_formatter(out, lines))?)
}

/// Items per unit of work of a thread.
const BLOCK: usize = 512;

/// Writes a list that is a field of the object, in parallel: there may be half a million items.
/// `make` takes the index of an item, and the item.
pub(in crate::report) fn write_list<'i, T: Sync, J: Serialize>(
    items: &'i [T],
    make: impl Fn(usize, &'i T) -> J + Sync,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let blocks: Vec<&'i [T]> = items.chunks(BLOCK).collect();
    let mut first = true;
    out.write_all(b"[")?;
    parallel::in_order(
        blocks.len(),
        |block| {
            let mut text = Vec::new();
            let items = blocks[block].iter().enumerate();
            let items = items.map(|(index, item)| make(block * BLOCK + index, item));
            write_items(items, &mut text).map(|()| text)
        },
        |text| {
            if !std::mem::take(&mut first) {
                out.write_all(b",")?;
            }
            out.write_all(&text?)
        },
    )?;
    out.write_all(if items.is_empty() { b"]" } else { b"\n  ]" })
}

/// Writes items of a list, without the brackets.
fn write_items(
    items: impl Iterator<Item = impl Serialize>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for (index, item) in items.enumerate() {
        out.write_all(if index == 0 { b"\n    " } else { b",\n    " })?;
        let lines = Lines { depth: 2, ..Lines::default() };
        item.serialize(&mut Serializer::with_formatter(&mut *out, lines))?;
    }
    Ok(())
}

/// Lays out the text, and escapes what could affect a terminal or a CI log. JSON allows any character
/// to be escaped, so the values stay the same.
#[derive(Default)]
struct Lines {
    /// The number of open lists and objects.
    depth: usize,
    /// Whether the innermost of them has a value.
    has_value: bool,
}

impl Lines {
    /// Whether the innermost list or object has a line per value: the object itself, and its lists.
    fn is_broken(&self, is_list: bool) -> bool {
        self.depth == 1 + usize::from(is_list)
    }

    fn begin<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        out.write_all(bracket)
    }

    fn begin_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        is_first: bool,
        is_list: bool,
    ) -> io::Result<()> {
        self.has_value = true;
        match (is_first, self.is_broken(is_list)) {
            (true, true) => self.break_line(out, self.depth),
            (false, true) => {
                out.write_all(b",")?;
                self.break_line(out, self.depth)
            }
            (true, false) => Ok(()),
            (false, false) => out.write_all(b", "),
        }
    }

    fn end<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        bracket: &[u8],
        is_list: bool,
    ) -> io::Result<()> {
        if self.has_value && self.is_broken(is_list) {
            self.break_line(out, self.depth - 1)?;
        }
        self.depth -= 1;
        self.has_value = true;
        out.write_all(bracket)
    }

    fn break_line<W: ?Sized + io::Write>(&self, out: &mut W, depth: usize) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..depth).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]", true)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.begin_value(out, first, true)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}", false)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.begin_value(out, first, false)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        for (at, character) in fragment.char_indices() {
            if !safe::is_hidden(character) && !fragment[at..].starts_with("##") {
                continue;
            }
            out.write_all(&fragment.as_bytes()[written..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + character.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[written..])
    }
}
