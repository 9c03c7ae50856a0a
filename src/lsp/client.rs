//! The editor's capabilities and the user's settings.

use gen_lsp_types as lsp;
use serde_json::Value;

use super::position::Encoding;

/// The capabilities of the editor that the server uses.
///
/// Read from the JSON by name, so unknown or malformed capabilities elsewhere do no harm.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// It supports edits for a specific version of a document.
    pub(super) versioned_edits: bool,
    /// It shows related locations of a diagnostic.
    pub(super) related: bool,
    /// It links the code of a diagnostic.
    pub(super) code_description: bool,
    /// It has a style for unnecessary code.
    pub(super) unnecessary: bool,
    /// It can watch files for the server.
    pub(super) watches: bool,
    /// It renders Markdown in hovers.
    pub(super) markdown: bool,
    /// It supports nested document symbols.
    pub(super) nested_symbols: bool,
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub(super) fn new(params: &Value) -> Client {
        let get = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let is = |path: &str| get(path).and_then(Value::as_bool).unwrap_or_default();
        let names = |path: &str| -> Vec<&str> {
            let list = get(path).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let diagnostics = |what: &str| format!("textDocument/publishDiagnostics/{what}");
        let unnecessary = u64::from(u32::from(lsp::DiagnosticTag::Unnecessary));
        let tags = get(&diagnostics("tagSupport/valueSet")).and_then(Value::as_array);
        Client {
            encoding: Encoding::choose(names("general/positionEncodings")),
            versioned_edits: is("workspace/workspaceEdit/documentChanges"),
            related: is(&diagnostics("relatedInformation")),
            code_description: is(&diagnostics("codeDescriptionSupport")),
            unnecessary: tags
                .is_some_and(|tags| tags.iter().any(|tag| tag.as_u64() == Some(unnecessary))),
            watches: is("workspace/didChangeWatchedFiles/dynamicRegistration"),
            markdown: names("textDocument/hover/contentFormat").contains(&"markdown"),
            nested_symbols: is("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
        }
    }
}

/// The user's settings: from `initializationOptions`, or the section `lanelint` of the
/// configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// The current task, instead of that of the checked-out branch.
    pub(super) task: Option<String>,
    /// The plan, a file or a folder, relative to a workspace folder.
    pub(super) plan: Option<String>,
    /// Whether to show a notice in files outside the task's lane.
    pub(super) notices: bool,
    /// URL of the rules' documentation; the rule's name is appended.
    pub(super) rules_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { task: None, plan: None, notices: true, rules_url: None }
    }
}

impl Settings {
    /// Reads the settings. Values that are missing or of the wrong type get their defaults.
    pub(super) fn new(value: &Value) -> Settings {
        let value = value.get("lanelint").unwrap_or(value);
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let notices = value.get("notices").and_then(Value::as_bool);
        Settings {
            task: text("task"),
            plan: text("plan"),
            notices: notices.unwrap_or(true),
            rules_url: text("rulesUrl"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn malformed_capabilities() {
        for params in [json!(null), json!({}), json!({"capabilities": {"general": 7}})] {
            let client = Client::new(&params);
            assert_eq!((client.encoding, client.versioned_edits), (Encoding::Utf16, false));
        }
        let client = Client::new(&json!({"capabilities": {
            "general": {"positionEncodings": ["utf-16", "utf-8", 7]},
            "textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": [1, 2]}, "relatedInformation": true}},
        }}));
        assert_eq!(
            (client.encoding, client.unnecessary, client.related),
            (Encoding::Utf8, true, true)
        );
    }

    #[test]
    fn settings_with_and_without_section() {
        let settings = json!({"task": "a", "notices": false, "plan": 7});
        let expected =
            Settings { task: Some("a".to_owned()), notices: false, ..Settings::default() };
        assert_eq!(Settings::new(&settings), expected);
        assert_eq!(Settings::new(&json!({ "lanelint": settings })), expected);
        assert_eq!(Settings::new(&json!(null)), Settings::default());
    }
}
