//! A document that is open in the editor.

use std::path::PathBuf;

use gen_lsp_types as lsp;
use lsp::TextDocumentContentChangeEvent as Change;

use super::position::Encoding;
use super::uri;
use crate::source::SourceFile;

/// An open document, with the text of the editor.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Exactly as the editor wrote it: editors may not recognize another spelling.
    pub(super) uri: lsp::Uri,
    /// Its path, saved or not; `None` if it has no file.
    pub(super) path: Option<PathBuf>,
    pub(super) version: i32,
    pub(super) source: SourceFile,
}

impl Document {
    pub(super) fn new(item: lsp::TextDocumentItem) -> Document {
        let path = uri::path(&item.uri);
        let source = SourceFile::new(item.uri.0.as_str(), item.text);
        Document { uri: item.uri, path, version: item.version, source }
    }

    /// Applies changes in order. Each change refers to the text after the previous one.
    pub(super) fn changed(
        &self,
        version: i32,
        changes: Vec<Change>,
        encoding: Encoding,
    ) -> Document {
        let mut source = self.source.clone();
        for change in changes {
            let text = match change {
                Change::TextDocumentContentChangeWholeDocument(whole) => whole.text,
                Change::TextDocumentContentChangePartial(part) => {
                    let bytes = encoding.bytes(&source, part.range);
                    let text = source.text();
                    [&text[..bytes.start], &part.text, &text[bytes.end..]].concat()
                }
            };
            source = SourceFile::new(self.uri.0.as_str(), text);
        }
        Document { version, source, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn open(text: &str) -> Document {
        let uri = lsp::Uri("file:///lanes.yaml".to_owned());
        let language_id = lsp::LanguageKind::from("yaml".to_owned());
        Document::new(lsp::TextDocumentItem { uri, language_id, version: 1, text: text.to_owned() })
    }

    fn part(range: lsp::Range, text: &str) -> Change {
        let text = text.to_owned();
        Change::TextDocumentContentChangePartial(lsp::TextDocumentContentChangePartial {
            range,
            text,
            ..Default::default()
        })
    }

    #[test]
    fn changes_apply_in_order() {
        let whole = lsp::TextDocumentContentChangeWholeDocument { text: "a\n漢b\n".to_owned() };
        let at = |line, character| lsp::Position { line, character };
        let changes = vec![
            whole.into(),
            part(lsp::Range { start: at(1, 1), end: at(1, 2) }, "x\ny"),
            part(lsp::Range { start: at(2, 1), end: at(9, 0) }, "!"),
        ];
        let changed = open("old").changed(7, changes, Encoding::Utf16);
        assert_eq!((changed.source.text(), changed.version), ("a\n漢x\ny!", 7));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Changing a range of positions equals changing the bytes, in every encoding.
        #[test]
        fn changes_match_naive_edits(
            text in "([ab]|é|漢|😀|\n|\r\n){0,20}",
            edits in prop::collection::vec((0..40_usize, 0..8_usize, "([xy]|é|😀|\n|\r\n){0,4}"), 1..6),
        ) {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let mut document = open(&text);
                let mut naive = text.clone();
                for (start, length, new) in &edits {
                    let floor = |mut byte: usize| {
                        byte = byte.min(naive.len());
                        // No position is between `\r` and `\n`.
                        while !naive.is_char_boundary(byte) || naive[..byte].ends_with('\r') {
                            byte -= 1;
                        }
                        byte
                    };
                    let (start, end) = (floor(*start), floor(start + length));
                    let range = encoding.range(&document.source, start..end);
                    document = document.changed(2, vec![part(range, new)], encoding);
                    naive.replace_range(start..end, new);
                    prop_assert_eq!(document.source.text(), &naive);
                }
            }
        }
    }
}
