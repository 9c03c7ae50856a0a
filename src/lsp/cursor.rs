//! Finds out where in a plan the cursor is: below which keys, and in which word.
//!
//! Half-typed text is seldom valid YAML, so this scans the text before the cursor and understands
//! just enough: indentation, dashes, brackets, quotes and comments.

/// The position at which the user types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor<'t> {
    /// The keys that lead there, outermost first.
    pub(super) keys: Vec<&'t str>,
    /// Where the word starts, including its quote.
    pub(super) start: usize,
    /// The word up to the cursor, as written, without its quote.
    pub(super) word: &'t str,
    /// The word's opening quote.
    pub(super) quote: Option<char>,
    /// Whether the word may be a key.
    pub(super) key: bool,
    /// Whether the word may be a value.
    pub(super) value: bool,
}

/// The cursor at the end of `text`; `None` if no word can start there, such as in a comment.
pub(super) fn cursor(text: &str) -> Option<Cursor<'_>> {
    let mut reader = Reader { text, at: 0, block: Vec::new(), flow: Vec::new(), literal: None };
    reader.read()
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
enum Frame<'t> {
    List,
    /// A map, with the key whose value comes next.
    Map(Option<&'t str>),
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// The enclosing block keys and dashes (`None`), each with its column.
    block: Vec<(usize, Option<&'t str>)>,
    flow: Vec<Frame<'t>>,
    /// Inside a block scalar (`|` or `>`): the column of its key.
    literal: Option<usize>,
}

/// A scalar.
struct Word<'t> {
    start: usize,
    text: &'t str,
    quote: Option<char>,
    /// Whether it extends to the end of the text, so that the cursor is in it.
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

    /// Skips to the next line, if there is one.
    fn next_line(&mut self) -> Step<'t> {
        match self.rest().find('\n') {
            Some(end) => {
                self.at += end + 1;
                Step::On
            }
            None => Step::Found(None),
        }
    }

    /// Reads a line outside of brackets.
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
            // A complete value; the rest of the line does not matter.
            return self.next_line();
        }
        self.block.push((column, Some(word.text)));
        self.at += 1;
        let before = self.at;
        self.skip_blanks();
        if self.rest().is_empty() {
            // A value needs a blank after the colon.
            let after_blank = self.at > before;
            return Step::Found(after_blank.then(|| self.here(false, true)));
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

    /// Drops the keys whose values end before something at this column.
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

    /// Reads until all brackets are closed.
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

    /// Reads a scalar of at least one character.
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
                    // A doubled quote is an escaped one.
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
    fn keys_and_word_at_cursor() {
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
    fn keys_versus_values() {
        assert_eq!(at("{a").map(|found| (found.2, found.3)), Some((true, false)));
        assert_eq!(at("{a: ").map(|found| (found.2, found.3)), Some((false, true)));
        assert_eq!(at("[a").map(|found| (found.2, found.3)), Some((false, true)));
        assert_eq!(at("a: b").map(|found| (found.2, found.3)), Some((false, true)));
        assert_eq!(at("a").map(|found| (found.2, found.3)), Some((true, true)));
    }

    #[test]
    fn no_word_at_cursor() {
        for text in ["# ta", "tasks:", "a: b # c", "a: |\n  te", "a: [b] ", "a: {b: c # d"] {
            assert_eq!(at(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_terminates(text in "([ab:,#|>-]|[\\[{}\\]\"'\\\\]| |\n|\r|  |: |- |é){0,40}") {
            let _ = at(&text);
        }
    }
}
