//! JSON as text: a line for each of the object's own fields and for each item of its lists, so that
//! a person finds a finding by its line and half a million of them stay small.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::parallel;
use crate::report::safe;

/// Writes one object, and ends its last line.
pub(in crate::report) fn write_document(
    document: &impl Serialize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(&mut *out, Lines::default()))?;
    writeln!(out)
}

/// Writes a value that is a field of the object.
pub(in crate::report) fn write_field(
    value: &impl Serialize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let lines = Lines { depth: 1, ..Lines::default() };
    Ok(value.serialize(&mut Serializer::with_formatter(out, lines))?)
}

/// Items that are written by one thread at a time: enough to be worth it.
const BLOCK: usize = 512;

/// Writes a list that is a field of the object, made into its JSON by all processors: there may be
/// half a million items. `make` takes an item and its place.
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
            let items = items.map(|(location, item)| make(block * BLOCK + location, item));
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

/// Writes items of a list, without what stands around them.
fn write_items(
    items: impl Iterator<Item = impl Serialize>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for (location, item) in items.enumerate() {
        out.write_all(if location == 0 { b"\n    " } else { b",\n    " })?;
        let lines = Lines { depth: 2, ..Lines::default() };
        item.serialize(&mut Serializer::with_formatter(&mut *out, lines))?;
    }
    Ok(())
}

/// How the text is laid out, and made harmless: no text of strangers does anything to a terminal
/// or a CI log. JSON may escape any character: the values stay what they are.
#[derive(Default)]
struct Lines {
    /// How many lists and objects are open.
    depth: usize,
    /// Whether what was opened last holds anything.
    has_value: bool,
}

impl Lines {
    /// Whether what is open has a line for each of its parts: the object itself, and its lists.
    fn is_broken(&self, list: bool) -> bool {
        self.depth == 1 + usize::from(list)
    }

    fn begin<W: ?Sized + io::Write>(&mut self, out: &mut W, sign: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        out.write_all(sign)
    }

    fn part<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
        list: bool,
    ) -> io::Result<()> {
        self.has_value = true;
        match (first, self.is_broken(list)) {
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
        sign: &[u8],
        list: bool,
    ) -> io::Result<()> {
        if self.has_value && self.is_broken(list) {
            self.break_line(out, self.depth - 1)?;
        }
        self.depth -= 1;
        self.has_value = true;
        out.write_all(sign)
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
        self.part(out, first, true)
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
        self.part(out, first, false)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, character) in fragment.char_indices() {
            if !safe::is_hidden(character) && !fragment[at..].starts_with("##") {
                continue;
            }
            out.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + character.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}
