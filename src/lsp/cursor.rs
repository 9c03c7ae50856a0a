//! Where in a plan somebody types: below which keys, and what of a word is there already.
//!
//! What is half typed is seldom YAML, so this reads the text before the cursor by itself, and knows
//! only as much as that takes: indents, dashes, brackets, quotes and comments.

/// A place at which somebody types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor<'t> {
    /// The keys that lead there, from the outermost.
    pub(super) keys: Vec<&'t str>,
    /// Where the word begins, with its quote.
    pub(super) start: usize,
    /// What there is of the word, as it is written, without its quote.
    pub(super) word: &'t str,
    /// The quote that it begins with.
    pub(super) quote: Option<char>,
    /// Whether the word may be a key.
    pub(super) key: bool,
    /// Whether the word may be a value.
    pub(super) value: bool,
}

/// Finds out where the end of a text is; nothing where no word can begin there, as in a comment.
pub(super) fn cursor(text: &str) -> Option<Cursor<'_>> {
    let mut reader = Reader { text, at: 0, block: Vec::new(), flow: Vec::new(), literal: None };
    reader.read()
}

/// Something that is open in brackets.
#[derive(Clone, Copy, Debug)]
enum Frame<'t> {
    List,
    /// A map, with the key whose value is next.
    Map(Option<&'t str>),
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// The keys of the lines above that still count, and the dashes, each with its column.
    block: Vec<(usize, Option<&'t str>)>,
    flow: Vec<Frame<'t>>,
    /// The column of the key whose value is a text below a `|` or a `>`.
    literal: Option<usize>,
}

/// A word, and what ended it.
struct Word<'t> {
    start: usize,
    text: &'t str,
    quote: Option<char>,
    /// Whether it reaches to the end of the text, so that the cursor is in it.
    open: bool,
}

impl<'t> Reader<'t> {
    fn read(&mut self) -> Option<Cursor<'t>> {
        loop {
            if self.flow.is_empty() {
                match self.line() {
                    Step::Found(cursor) => return cursor,
                    Step::On => {}
                }
            } else if let Step::Found(cursor) = self.brackets() {
                return cursor;
            }
            if self.at >= self.text.len() && self.flow.is_empty() && self.text.ends_with('\n') {
                self.leave(0);
                return Some(self.here(true, true));
            }
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Goes behind the end of the line; says whether there is one.
    fn next_line(&mut self) -> Step<'t> {
        match self.rest().find('\n') {
            Some(end) => {
                self.at += end + 1;
                Step::On
            }
            None => Step::Found(None),
        }
    }

    /// Reads a line outside of all brackets.
    fn line(&mut self) -> Step<'t> {
        let begin = self.at;
        let line = self.rest().lines().next().unwrap_or_default();
        let is_last = !self.rest().contains('\n');
        let content = line.trim_start_matches(' ');
        let mut column = line.len() - content.len();
        if let Some(of) = self.literal {
            if content.is_empty() || column > of {
                return self.next_line();
            }
            self.literal = None;
        }
        if content.starts_with('#') || content.is_empty() && !is_last {
            return self.next_line();
        }
        if content.starts_with("---") {
            self.block.clear();
            return self.next_line();
        }
        self.at = begin + column;
        while self.rest().starts_with("- ") || self.rest().lines().next() == Some("-") {
            let inner =
                |&(at, key): &(usize, Option<&str>)| at > column || at == column && key.is_none();
            while self.block.last().is_some_and(inner) {
                self.block.pop();
            }
            self.block.push((column, None));
            let dash = self.at;
            self.at += 1;
            self.skip_blanks();
            column += self.at - dash;
        }
        if self.rest().is_empty() {
            self.leave(column);
            return Step::Found(Some(self.here(true, true)));
        }
        self.leave(column);
        let Some(word) = self.bracket_or_word() else { return Step::On };
        if word.open {
            return Step::Found(Some(self.cursor(&word, true, true)));
        }
        if !self.rest().starts_with(':') {
            // A value, whole: what comes behind it is none of ours.
            return self.next_line();
        }
        self.block.push((column, Some(word.text)));
        self.at += 1;
        let before = self.at;
        self.skip_blanks();
        if self.rest().is_empty() {
            // Right behind the colon no value can begin.
            let behind_blank = self.at > before;
            return Step::Found(behind_blank.then(|| self.here(false, true)));
        }
        if self.rest().starts_with(['|', '>']) {
            self.literal = Some(column);
            return self.next_line();
        }
        if self.rest().starts_with(['\n', '\r', '#']) {
            return self.next_line();
        }
        match self.bracket_or_word() {
            None => Step::On,
            Some(word) if word.open => Step::Found(Some(self.cursor(&word, false, true))),
            Some(_) => self.next_line(),
        }
    }

    /// Forgets the keys whose values end where something begins at this column.
    fn leave(&mut self, column: usize) {
        while self.block.last().is_some_and(|&(at, _)| at >= column) {
            self.block.pop();
        }
    }

    /// Opens a bracket, or reads a word.
    fn bracket_or_word(&mut self) -> Option<Word<'t>> {
        let frame = match self.rest().chars().next() {
            Some('{') => Frame::Map(None),
            Some('[') => Frame::List,
            _ => return Some(self.word()),
        };
        self.flow.push(frame);
        self.at += 1;
        None
    }

    /// Reads on in brackets until all are closed.
    fn brackets(&mut self) -> Step<'t> {
        let mut last: Option<&'t str> = None;
        while let Some(next) = self.rest().chars().next() {
            match next {
                '{' | '[' => {
                    self.bracket_or_word();
                    last = None;
                }
                '}' | ']' => {
                    self.at += 1;
                    self.flow.pop();
                    if self.flow.is_empty() {
                        return self.next_line();
                    }
                    last = None;
                }
                ',' => {
                    self.at += 1;
                    last = None;
                    if let Some(Frame::Map(key)) = self.flow.last_mut() {
                        *key = None;
                    }
                }
                ':' => {
                    self.at += 1;
                    if let (Some(Frame::Map(key)), Some(name)) = (self.flow.last_mut(), last.take())
                    {
                        *key = Some(name);
                    }
                }
                '#' => {
                    if let Step::Found(end) = self.next_line() {
                        return Step::Found(end);
                    }
                }
                blank if blank.is_whitespace() => self.at += blank.len_utf8(),
                _ => {
                    let word = self.word();
                    if word.open {
                        let is_key = matches!(self.flow.last(), Some(Frame::Map(None)));
                        return Step::Found(Some(self.cursor(&word, is_key, !is_key)));
                    }
                    last = Some(word.text);
                }
            }
        }
        let is_key = matches!(self.flow.last(), Some(Frame::Map(None)));
        Step::Found(Some(self.here(is_key, !is_key)))
    }

    /// Reads a scalar, at least a character of it.
    fn word(&mut self) -> Word<'t> {
        let start = self.at;
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or_default();
        if matches!(first, '"' | '\'') {
            let mut escaped = false;
            for (at, character) in rest.char_indices().skip(1) {
                match character {
                    _ if escaped => escaped = false,
                    '\\' if first == '"' => escaped = true,
                    // A doubled quote stands for one.
                    '\'' if first == '\'' && rest[at + 1..].starts_with('\'') => escaped = true,
                    end if end == first => {
                        self.at = start + at + 1;
                        return Word { start, text: &rest[1..at], quote: Some(first), open: false };
                    }
                    _ => {}
                }
            }
            self.at = self.text.len();
            return Word { start, text: &rest[1..], quote: Some(first), open: true };
        }
        let in_brackets = !self.flow.is_empty();
        let ends = |at: usize, character: char| match character {
            '\n' => true,
            ':' => rest[at + 1..].starts_with([' ', '\n', '\r']) || rest.len() == at + 1,
            '#' => rest[..at].ends_with(' '),
            ',' | '[' | ']' | '{' | '}' => in_brackets,
            _ => false,
        };
        let end = rest.char_indices().skip(1).find(|&(at, character)| ends(at, character));
        let end = end.map_or(rest.len(), |(at, _)| at);
        self.at = start + end;
        let open = self.at == self.text.len();
        let text = if open { rest } else { rest[..end].trim_end() };
        Word { start, text, quote: None, open }
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn here(&self, key: bool, value: bool) -> Cursor<'t> {
        let start = self.text.len();
        self.cursor(&Word { start, text: &self.text[start..], quote: None, open: true }, key, value)
    }

    fn cursor(&self, word: &Word<'t>, key: bool, value: bool) -> Cursor<'t> {
        let of_block = self.block.iter().filter_map(|(_, key)| *key);
        let of_flow = self.flow.iter().filter_map(|frame| match frame {
            Frame::Map(key) => *key,
            Frame::List => None,
        });
        let keys = of_block.chain(of_flow).collect();
        Cursor { keys, start: word.start, word: word.text, quote: word.quote, key, value }
    }
}

/// Whether there is more to read.
enum Step<'t> {
    On,
    Found(Option<Cursor<'t>>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The keys, the word, and whether it may be a key and a value.
    fn at(text: &str) -> Option<(String, &str, bool, bool)> {
        let found = cursor(text)?;
        let quote = found.quote.map_or(0, char::len_utf8);
        assert_eq!(&text[found.start + quote..], found.word, "{text:?}");
        Some((found.keys.join("."), found.word, found.key, found.value))
    }

    #[test]
    fn a_place_is_known_by_its_keys() {
        for (text, keys, word) in [
            ("", "", ""),
            ("ta", "", "ta"),
            ("# x\ntasks:\n  a:\n    wri", "tasks.a", "wri"),
            ("tasks:\n  a:\n    write: src/", "tasks.a.write", "src/"),
            ("tasks:\n  a:\n    write:\n      - src/x\n      - do", "tasks.a.write", "do"),
            ("tasks:\n  a:\n    write:\n    - src/x\n    - ", "tasks.a.write", ""),
            ("tasks:\n  a:\n    write: [x, \"!sr", "tasks.a.write", "!sr"),
            ("tasks:\n  a: {write: src/x, needs: [b, c", "tasks.a.needs", "c"),
            ("tasks:\n  a: {write: src/x}\n  b: {ne", "tasks.b", "ne"),
            ("tasks:\n  a:\n    allow:\n      - rule: over", "tasks.a.allow.rule", "over"),
            ("tasks:\n  a:\n    allow:\n      - rule: x\n        wi", "tasks.a.allow", "wi"),
            ("tasks:\n  a:\n    allow: [{rule: x, with: b", "tasks.a.allow.with", "b"),
            (
                "tasks:\n  a:\n    title: |\n      needs:\n        x\n    needs: ",
                "tasks.a.needs",
                "",
            ),
            ("tasks:\n  a: {write: x} # {\nrules:\n  broad-lane: war", "rules.broad-lane", "war"),
            ("tasks:\n  a:\n    write: x\n  ", "tasks", ""),
            ("tasks:\n  a:\n    write: x\n    ", "tasks.a", ""),
            ("tasks:\n  a:\n    write: x\n", "", ""),
            ("tasks:\n  'a':\n    \"write\": 'it''s", "tasks.a.write", "it''s"),
            ("{\"tasks\": {\"a\": {\"write\": [\"x\", \"sr", "tasks.a.write", "sr"),
            ("{\n  \"tasks\": {\n    \"a\": {\"wr", "tasks.a", "wr"),
            ("companions:\n  \"a/**\": b", "companions.a/**", "b"),
            ("tasks:\n  a: {write: a:b", "tasks.a.write", "a:b"),
            ("---\ntasks:\n  a:\n    needs: [\n      b,\n      c", "tasks.a.needs", "c"),
        ] {
            let found = at(text).map(|(keys, word, ..)| (keys, word));
            assert_eq!(found, Some((keys.to_owned(), word)), "{text:?}");
        }
    }

    #[test]
    fn brackets_tell_keys_from_values() {
        assert_eq!(at("{a").map(|found| (found.2, found.3)), Some((true, false)));
        assert_eq!(at("{a: ").map(|found| (found.2, found.3)), Some((false, true)));
        assert_eq!(at("[a").map(|found| (found.2, found.3)), Some((false, true)));
        assert_eq!(at("a: b").map(|found| (found.2, found.3)), Some((false, true)));
        assert_eq!(at("a").map(|found| (found.2, found.3)), Some((true, true)));
    }

    #[test]
    fn where_no_word_begins_there_is_nothing() {
        for text in ["# ta", "tasks:", "a: b # c", "a: |\n  te", "a: [b] ", "a: {b: c # d"] {
            assert_eq!(at(text), None, "{text:?}");
        }
    }

    proptest! {
        /// Any text has an end, and is read in one go.
        #[test]
        fn every_text_can_be_read(text in "([ab:,#|>-]|[\\[{}\\]\"'\\\\]| |\n|\r|  |: |- |é){0,40}") {
            let _ = at(&text);
        }
    }
}
