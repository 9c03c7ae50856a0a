//! Dispatches requests about a document to their handlers.

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::context::RequestContext;
use super::threads::{self, Answer};
use super::{actions, completion, hover, navigate, outline};

/// A request with its parameters parsed.
pub(super) type Handler = Box<dyn FnOnce(&RequestContext) -> Answer + Send>;

/// The handler of a request; `None` if the method is unknown.
///
/// # Errors
/// If the parameters are invalid.
pub(super) fn handler(method: &str, params: Value) -> Option<Result<Handler, String>> {
    Some(match method {
        "textDocument/codeAction" => {
            handler_for(params, |request, params| json(&actions::actions(request, params)))
        }
        "textDocument/completion" => {
            handler_for(params, |request, params| json(&completion::complete(request, &params)))
        }
        "textDocument/definition" => {
            handler_for(params, |request, params| json(&navigate::definition(request, &params)))
        }
        "textDocument/documentSymbol" => {
            handler_for(params, |request, _: lsp::DocumentSymbolParams| {
                json(&outline::symbols(request))
            })
        }
        "textDocument/foldingRange" => {
            handler_for(params, |request, _: lsp::FoldingRangeParams| {
                json(&outline::folds(request))
            })
        }
        "textDocument/hover" => {
            handler_for(params, |request, params| json(&hover::hover(request, &params)))
        }
        "textDocument/inlayHint" => {
            handler_for(params, |request, params| json(&outline::hints(request, &params)))
        }
        "textDocument/prepareRename" => {
            handler_for(params, |request, params| json(&navigate::prepare_rename(request, &params)))
        }
        "textDocument/references" => {
            handler_for(params, |request, params| json(&navigate::references(request, &params)))
        }
        "textDocument/rename" => handler_for(params, |request, params| {
            let renamed = navigate::rename(request, &params);
            json(&renamed.map_err(|problem| threads::error(ErrorCode::RequestFailed, problem))?)
        }),
        _ => return None,
    })
}

fn handler_for<P: DeserializeOwned + Send + 'static>(
    params: Value,
    answer: fn(&RequestContext, P) -> Answer,
) -> Result<Handler, String> {
    let params: P = parse(params)?;
    Ok(Box::new(move |request| answer(request, params)))
}

/// Parses parameters.
///
/// # Errors
/// If they are invalid.
pub(super) fn parse<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

fn json<T: Serialize>(value: &T) -> Answer {
    serde_json::to_value(value)
        .map_err(|error| threads::error(ErrorCode::InternalError, error.to_string()))
}
