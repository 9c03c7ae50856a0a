//! What an editor asks about: an open text, and the plan that it is part of.

use std::sync::Arc;

use gen_lsp_types as lsp;

use super::document::Document;
use super::snapshot::Snapshot;
use crate::source::Span;

/// What a request about a text is answered from.
pub(super) struct RequestContext {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) document: Arc<Document>,
}

impl RequestContext {
    /// The byte of a position, as an empty span.
    pub(super) fn at(&self, position: lsp::Position) -> Option<Span> {
        let file = self.snapshot.file_of(&self.document)?;
        let encoding = self.snapshot.session.client.encoding;
        let byte = encoding.byte(self.snapshot.source(file), position);
        Some(Span::new(file, byte..byte))
    }
}
