//! The context of a request: an open document and the plan it belongs to.

use std::sync::Arc;

use gen_lsp_types as lsp;

use super::document::Document;
use super::snapshot::Snapshot;
use crate::source::Span;

/// Everything a request handler needs besides its parameters.
pub(super) struct RequestContext {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) document: Arc<Document>,
}

impl RequestContext {
    /// The position as an empty span.
    pub(super) fn at(&self, position: lsp::Position) -> Option<Span> {
        let file = self.snapshot.file_of(&self.document)?;
        let encoding = self.snapshot.session.client.encoding;
        let byte = encoding.byte(self.snapshot.source(file), position);
        Some(Span::new(file, byte..byte))
    }
}
