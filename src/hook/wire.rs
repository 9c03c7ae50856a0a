//! The JSON of agents' hooks: the tool call, and the answer in each agent's format.
//!
//! Reads only the fields that matter. Duplicate fields are rejected: agents differ in which one
//! wins.

use serde::{Deserialize, Serialize};

use super::cut;

/// The longest call, in bytes: it includes the content of the file to write.
pub const LONGEST: usize = 32 << 20;

/// The longest quote in an error message, in characters.
const MAX_QUOTED: usize = 200;

/// A tool call that is about to write files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The agent's hook format.
    pub form: Form,
    /// The agent's working directory.
    pub cwd: String,
    /// The files, as written in the call.
    pub files: Vec<String>,
}

/// The hook format of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Claude Code's event `PreToolUse`.
    ClaudeCode,
    /// Gemini CLI's event `BeforeTool`.
    GeminiCli,
}

/// Whether the agent may use the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The agent may go on.
    Allow,
    /// The agent must not use the tool.
    Deny,
}

/// The tools that write a file, and the field that names it.
const TOOLS: [(Form, &str, Field); 6] = [
    (Form::ClaudeCode, "Write", Field::File),
    (Form::ClaudeCode, "Edit", Field::File),
    (Form::ClaudeCode, "MultiEdit", Field::File),
    (Form::ClaudeCode, "NotebookEdit", Field::Notebook),
    (Form::GeminiCli, "write_file", Field::File),
    (Form::GeminiCli, "replace", Field::File),
];

/// The field of a tool's input that names the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    File,
    Notebook,
}

#[derive(Deserialize)]
struct Call {
    hook_event_name: String,
    tool_name: String,
}

#[derive(Deserialize)]
struct Edit {
    cwd: String,
    tool_input: Input,
}

#[derive(Deserialize)]
struct Input {
    file_path: Option<String>,
    notebook_path: Option<String>,
}

/// Reads a tool call; `None` if the tool does not write files.
///
/// # Errors
/// A one-line message: the text is not valid JSON of this kind, the event is unknown, or the tool's
/// input does not name its file.
pub fn read(text: &[u8]) -> Result<Option<Request>, String> {
    let invalid = |error: serde_json::Error| {
        format!("cannot read the hook's JSON: {}", cut(&error.to_string(), MAX_QUOTED))
    };
    let call: Call = serde_json::from_slice(text).map_err(invalid)?;
    let form = match call.hook_event_name.as_str() {
        "PreToolUse" => Form::ClaudeCode,
        "BeforeTool" => Form::GeminiCli,
        other => {
            let event = cut(other, MAX_QUOTED);
            return Err(format!("unsupported event `{event}` (expected PreToolUse or BeforeTool)"));
        }
    };
    let tool = TOOLS.iter().find(|(of, name, _)| *of == form && *name == call.tool_name);
    let Some((_, name, field)) = tool else { return Ok(None) };
    let Edit { cwd, tool_input } = serde_json::from_slice(text).map_err(invalid)?;
    let Input { file_path, notebook_path } = tool_input;
    let (own, key) = match field {
        Field::File => (&file_path, "file_path"),
        Field::Notebook => (&notebook_path, "notebook_path"),
    };
    if own.is_none() {
        return Err(format!("the call of `{name}` has no `{key}`"));
    }
    Ok(Some(Request { form, cwd, files: file_path.into_iter().chain(notebook_path).collect() }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClaudeCodeAnswer<'a> {
    hook_specific_output: ClaudeCodeOutput<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClaudeCodeOutput<'a> {
    hook_event_name: &'static str,
    permission_decision: Permission,
    permission_decision_reason: &'a str,
}

#[derive(Serialize)]
struct GeminiCliAnswer<'a> {
    decision: Permission,
    reason: &'a str,
}

impl Serialize for Permission {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Permission::Allow => "allow",
            Permission::Deny => "deny",
        })
    }
}

/// The answer in the agent's format: one line of JSON without a line break.
#[must_use]
pub fn answer(form: Form, permission: Permission, reason: &str) -> String {
    let written = match form {
        Form::ClaudeCode => serde_json::to_string(&ClaudeCodeAnswer {
            hook_specific_output: ClaudeCodeOutput {
                hook_event_name: "PreToolUse",
                permission_decision: permission,
                permission_decision_reason: reason,
            },
        }),
        Form::GeminiCli => serde_json::to_string(&GeminiCliAnswer { decision: permission, reason }),
    };
    // Structs of strings always serialize.
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(event: &str, tool: &str, input: &str) -> String {
        format!(
            r#"{{"session_id":"s","cwd":"/repo","hook_event_name":"{event}","tool_name":"{tool}","tool_input":{input}}}"#
        )
    }

    #[test]
    fn read_calls_of_each_agent() {
        for (event, tool, input, files) in [
            (
                "PreToolUse",
                "Write",
                r#"{"file_path":"/repo/a","content":"x"}"#,
                Some(vec!["/repo/a"]),
            ),
            (
                "PreToolUse",
                "Edit",
                r#"{"file_path":"a","old_string":"","new_string":""}"#,
                Some(vec!["a"]),
            ),
            ("PreToolUse", "MultiEdit", r#"{"file_path":"a","edits":[{}]}"#, Some(vec!["a"])),
            ("PreToolUse", "NotebookEdit", r#"{"notebook_path":"a.ipynb"}"#, Some(vec!["a.ipynb"])),
            // The tool may use either, so both have to be allowed.
            (
                "PreToolUse",
                "Edit",
                r#"{"file_path":"a","notebook_path":"b"}"#,
                Some(vec!["a", "b"]),
            ),
            ("BeforeTool", "write_file", r#"{"file_path":"a"}"#, Some(vec!["a"])),
            ("BeforeTool", "replace", r#"{"file_path":"\u00e9\n"}"#, Some(vec!["é\n"])),
            ("PreToolUse", "Bash", r#"{"command":"ls"}"#, None),
            ("PreToolUse", "Read", r#"{"file_path":"a"}"#, None),
            ("PreToolUse", "write", r#"{"file_path":"a"}"#, None),
            ("PreToolUse", "write_file", r#"{"file_path":"a"}"#, None),
            ("BeforeTool", "Write", r#"{"file_path":"a"}"#, None),
            // Other tools may use these names for something else.
            ("PreToolUse", "mcp__x__y", r#"{"file_path":["a"]}"#, None),
            ("PreToolUse", "mcp__x__y", "null", None),
        ] {
            let read = read(call(event, tool, input).as_bytes()).unwrap();
            let found = read.map(|request| (request.cwd, request.files));
            let expected = files.map(|files| {
                ("/repo".to_owned(), files.into_iter().map(str::to_owned).collect::<Vec<_>>())
            });
            assert_eq!(found, expected, "{event} {tool} {input}");
        }
    }

    #[test]
    fn invalid_calls() {
        let good = call("PreToolUse", "Write", r#"{"file_path":"a"}"#);
        assert!(read(good.as_bytes()).is_ok());
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for (text, words) in [
            (String::new(), "cannot read the hook's JSON"),
            ("null".to_owned(), "cannot read the hook's JSON"),
            ("[]".to_owned(), "cannot read the hook's JSON"),
            ("{}".to_owned(), "hook_event_name"),
            (good.replace("/repo", "\\ud800"), "cannot read the hook's JSON"),
            (good.clone() + "{}", "trailing"),
            (good[..good.len() - 1].to_owned(), "EOF"),
            (good.replace("\"cwd\"", "\"cwt\""), "cwd"),
            (good.replace("\"file_path\"", "\"filePath\""), "no `file_path`"),
            (good.replace("\"a\"", "null"), "no `file_path`"),
            (good.replace("\"a\"", "7"), "invalid type"),
            (good.replace("\"a\"}", "\"a\",\"file_path\":\"b\"}"), "duplicate field"),
            (
                good.replace("\"tool_input\"", "\"tool_input\":{},\"tool_input\""),
                "cannot read the hook's JSON",
            ),
            (good.replace("\"cwd\"", "\"cwd\":\"/x\",\"cwd\""), "duplicate field"),
            (good.replace("\"tool_name\"", "\"tool_name\":\"Read\",\"tool_name\""), "duplicate"),
            (good.replace("\"Write\"", "\"NotebookEdit\""), "no `notebook_path`"),
            (call("PostToolUse", "Write", "{}"), "`PostToolUse`"),
            (good.replace("{\"file_path\":\"a\"}", &deep), "cannot read the hook's JSON"),
        ] {
            let fault = read(text.as_bytes()).expect_err(&text[..text.len().min(200)]);
            assert!(fault.contains(words), "{fault}");
        }
        assert!(read(b"{\"cwd\":\"\xff\"}").is_err());
    }

    #[test]
    fn answer_for_each_agent() {
        assert_eq!(
            answer(Form::ClaudeCode, Permission::Deny, "a \"b\"\n"),
            r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"a \"b\"\n"}}"#
        );
        assert_eq!(
            answer(Form::GeminiCli, Permission::Allow, "it may"),
            r#"{"decision":"allow","reason":"it may"}"#
        );
    }
}
