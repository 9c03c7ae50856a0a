//! What the editor can do and what its user set, as far as the server heeds it.

use gen_lsp_types as lsp;
use serde_json::Value;

use super::position::Encoding;

/// What the editor said that it can do.
///
/// It is read from the JSON by name: an editor that says something unheard of elsewhere in its
/// capabilities is served all the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// It takes edits that name the version of the text that they are for.
    pub(super) versioned_edits: bool,
    /// It shows places beside a diagnostic.
    pub(super) related: bool,
    /// It shows a link behind a diagnostic's code.
    pub(super) code_description: bool,
    /// It shows what is unnecessary in its own way.
    pub(super) unnecessary: bool,
    /// It can be asked to watch files.
    pub(super) watches: bool,
    /// It shows Markdown where somebody hovers.
    pub(super) markdown: bool,
    /// It shows symbols inside of others.
    pub(super) nested_symbols: bool,
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub(super) fn new(params: &Value) -> Client {
        let of = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let is = |path: &str| of(path).and_then(Value::as_bool).unwrap_or_default();
        let names = |path: &str| -> Vec<&str> {
            let list = of(path).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let diagnostics = |what: &str| format!("textDocument/publishDiagnostics/{what}");
        let unnecessary = u64::from(u32::from(lsp::DiagnosticTag::Unnecessary));
        let tags = of(&diagnostics("tagSupport/valueSet")).and_then(Value::as_array);
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

/// What the user set: `initializationOptions`, or the settings under `lanelint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// The task that is worked on, whatever branch is checked out.
    pub(super) task: Option<String>,
    /// The plan, a file or a folder, relative to a folder of the workspace.
    pub(super) plan: Option<String>,
    /// Whether files outside the task's lane get a notice.
    pub(super) notices: bool,
    /// Where the page of the rules is: a URL to which a rule's name is added.
    pub(super) rules_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { task: None, plan: None, notices: true, rules_url: None }
    }
}

impl Settings {
    /// Reads the settings; what is missing or of another type is as if nobody had set it.
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
    fn strange_capabilities_are_none() {
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
    fn settings_are_read_with_and_without_their_name() {
        let set = json!({"task": "a", "notices": false, "plan": 7});
        let expected =
            Settings { task: Some("a".to_owned()), notices: false, ..Settings::default() };
        assert_eq!(Settings::new(&set), expected);
        assert_eq!(Settings::new(&json!({ "lanelint": set })), expected);
        assert_eq!(Settings::new(&json!(null)), Settings::default());
    }
}
