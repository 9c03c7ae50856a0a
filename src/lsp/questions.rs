//! What an editor can ask about the text of a plan, and who answers it.

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use super::context::RequestContext;
use super::work::{self, Answer};
use super::{actions, completion, hover, navigate, outline};

/// A question that was understood: it is only to be answered.
pub(super) type Understood = Box<dyn FnOnce(&RequestContext) -> Answer + Send>;

/// Reads a question; nothing where there is none of this name.
///
/// # Errors
/// What is wrong with its parameters.
pub(super) fn understand(method: &str, params: Value) -> Option<Result<Understood, String>> {
    Some(match method {
        "textDocument/codeAction" => {
            question(params, |request, params| json(&actions::actions(request, params)))
        }
        "textDocument/completion" => {
            question(params, |request, params| json(&completion::complete(request, &params)))
        }
        "textDocument/definition" => {
            question(params, |request, params| json(&navigate::definition(request, &params)))
        }
        "textDocument/documentSymbol" => {
            question(params, |request, _: lsp::DocumentSymbolParams| {
                json(&outline::symbols(request))
            })
        }
        "textDocument/foldingRange" => {
            question(params, |request, _: lsp::FoldingRangeParams| json(&outline::folds(request)))
        }
        "textDocument/hover" => {
            question(params, |request, params| json(&hover::hover(request, &params)))
        }
        "textDocument/inlayHint" => {
            question(params, |request, params| json(&outline::hints(request, &params)))
        }
        "textDocument/prepareRename" => {
            question(params, |request, params| json(&navigate::prepare_rename(request, &params)))
        }
        "textDocument/references" => {
            question(params, |request, params| json(&navigate::references(request, &params)))
        }
        "textDocument/rename" => question(params, |request, params| {
            let renamed = navigate::rename(request, &params);
            json(&renamed.map_err(|why| work::error(ErrorCode::RequestFailed, why))?)
        }),
        _ => return None,
    })
}

fn question<P: DeserializeOwned + Send + 'static>(
    params: Value,
    answer: fn(&RequestContext, P) -> Answer,
) -> Result<Understood, String> {
    let params: P = typed(params)?;
    Ok(Box::new(move |request| answer(request, params)))
}

/// Reads parameters.
///
/// # Errors
/// What is wrong with them.
pub(super) fn typed<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

fn json<T: Serialize>(value: &T) -> Answer {
    serde_json::to_value(value)
        .map_err(|error| work::error(ErrorCode::InternalError, error.to_string()))
}

/// What the server says that it can do.
pub(super) fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::Incremental),
        save: Some(true.into()),
        ..Default::default()
    };
    let actions = lsp::CodeActionOptions {
        code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix, actions::FIX_ALL]),
        ..Default::default()
    };
    let completion = lsp::CompletionOptions {
        trigger_characters: Some(completion::TRIGGERS.map(str::to_owned).to_vec()),
        ..Default::default()
    };
    let rename = lsp::RenameOptions { prepare_provider: Some(true), ..Default::default() };
    let folders = lsp::WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(true.into()),
    };
    lsp::ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(sync.into()),
        code_action_provider: Some(actions.into()),
        completion_provider: Some(completion),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        rename_provider: Some(rename.into()),
        document_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        inlay_hint_provider: Some(true.into()),
        workspace: Some(lsp::WorkspaceOptions {
            workspace_folders: Some(folders),
            ..Default::default()
        }),
        ..Default::default()
    }
}
