//! One session with the server, seen from the editor: over channels in memory with a disk of its own,
//! or over the pipes of a real process.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use lanelint::failure::Failure;
use lanelint::git::{Environment, GitError};
use lanelint::lsp::{Connection, SessionEnd, serve};
use lanelint::path::RepoPath;
use lanelint::workspace::{FileKind, Git, Host};
use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use crate::harness::{Call, TestRepo};

/// How long an answer may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A disk in memory whose root is `/r`.
#[derive(Default)]
pub struct Shelf {
    pub files: Mutex<BTreeMap<String, String>>,
    pub branch: Mutex<Option<String>>,
    stamp: AtomicU64,
    /// Held by a test, it keeps whoever lists the files waiting.
    pub listing: Mutex<()>,
    /// Whether listing the files is beyond the program.
    pub broken: AtomicBool,
    environment: Environment,
}

impl Shelf {
    pub fn with(files: &[(&str, &str)]) -> Arc<Shelf> {
        let shelf = Shelf::default();
        files.iter().for_each(|(name, text)| shelf.write(name, text));
        Arc::new(shelf)
    }

    pub fn write(&self, name: &str, text: &str) {
        self.files.lock().unwrap().insert(name.to_owned(), text.to_owned());
        self.stamp.fetch_add(1, Ordering::SeqCst);
    }

    pub fn check_out(&self, branch: &str) {
        *self.branch.lock().unwrap() = Some(branch.to_owned());
        self.stamp.fetch_add(1, Ordering::SeqCst);
    }

    fn name(path: &Path) -> Option<String> {
        path.strip_prefix("/r").ok()?.to_str().map(str::to_owned)
    }
}

impl Host for Shelf {
    fn environment(&self) -> &Environment {
        &self.environment
    }

    /// `/r` is the top of a work tree.
    fn kind(&self, path: &Path) -> Option<FileKind> {
        let files = self.files.lock().unwrap();
        let is_below = |file: &String| Path::new("/r").join(file).starts_with(path);
        if Shelf::name(path).is_some_and(|name| files.contains_key(&name)) {
            return Some(FileKind::File);
        }
        let exists = files.keys().any(is_below) || Path::new("/r/.git").starts_with(path);
        exists.then_some(FileKind::Folder)
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        let exists = self.kind(path).map(|_| path.to_path_buf());
        exists.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn read_link(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::InvalidInput.into())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, FileKind)>> {
        let files = self.files.lock().unwrap();
        let paths = files.keys().map(|file| Path::new("/r").join(file));
        let inside = paths.filter(|path| path.parent() == Some(folder));
        Ok(inside.map(|path| (path.file_name().unwrap().to_owned(), FileKind::File)).collect())
    }

    fn read(&self, path: &Path, _: u64) -> Result<Vec<u8>, Failure> {
        let files = self.files.lock().unwrap();
        let text = Shelf::name(path).and_then(|name| files.get(&name).cloned());
        text.map(String::into_bytes).ok_or_else(|| Failure::new("no such file", ""))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Read + '_>, Failure> {
        Ok(Box::new(io::Cursor::new(self.read(path, u64::MAX)?)))
    }

    fn stdin(&self) -> Box<dyn Read + '_> {
        Box::new(io::empty())
    }

    fn walk(&self, root: &Path) -> Result<Vec<RepoPath>, Failure> {
        assert!(!self.broken.load(Ordering::SeqCst), "the shelf is broken");
        drop(self.listing.lock());
        assert_eq!(root, Path::new("/r"));
        let files = self.files.lock().unwrap();
        Ok(files.keys().map(|file| file.parse().unwrap()).collect())
    }

    fn repository(&self, _: &Path) -> Result<Option<Box<dyn Git + '_>>, GitError> {
        Ok(None)
    }

    fn branch(&self, _: &Path) -> Result<Option<String>, Failure> {
        Ok(self.branch.lock().unwrap().clone())
    }

    fn stamp(&self, _: &Path) -> u64 {
        self.stamp.load(Ordering::SeqCst)
    }
}

/// The editor's side of a session.
pub struct Session {
    out: Sender<Message>,
    inbox: Receiver<Message>,
    /// What came and nobody asked for yet.
    kept: VecDeque<Message>,
    asked: i32,
    versions: BTreeMap<String, i32>,
    ticks: Sender<()>,
    server: Option<thread::JoinHandle<SessionEnd>>,
    child: Option<Child>,
}

/// What most editors can do.
pub fn able() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16", "utf-8"]},
        "workspace": {
            "workspaceEdit": {"documentChanges": true},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
        },
        "textDocument": {
            "publishDiagnostics": {
                "relatedInformation": true,
                "codeDescriptionSupport": true,
                "versionSupport": true,
                "tagSupport": {"valueSet": [1, 2]},
            },
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
        },
    })
}

/// A position, an end, and a text as the protocol writes them.
pub fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    let at = |(line, character): (u32, u32)| json!({"line": line, "character": character});
    json!({"start": at(start), "end": at(end)})
}

impl Session {
    /// A session that has only just connected.
    pub fn raw(shelf: &Arc<Shelf>) -> Session {
        let (editor, server) = Connection::memory();
        let (ticks, ticked) = unbounded();
        let world = Arc::clone(shelf);
        let server = thread::spawn(move || serve(server, world, &ticked));
        Session { server: Some(server), ticks, ..Session::over(editor.sender, editor.receiver) }
    }

    /// A session of an editor that can do much.
    pub fn new(shelf: &Arc<Shelf>) -> Session {
        Session::with(shelf, &able(), &Value::Null)
    }

    /// A session of an editor that can do this, with these settings.
    pub fn with(shelf: &Arc<Shelf>, capabilities: &Value, settings: &Value) -> Session {
        let mut session = Session::raw(shelf);
        session.initialize(Path::new("/r"), capabilities, settings);
        session
    }

    /// A session with the program itself, in a repository.
    pub fn process(repo: &TestRepo) -> Session {
        let mut child = Call::of(repo, &["lsp"])
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (out, to_write) = unbounded::<Message>();
        let (read, inbox) = unbounded();
        thread::spawn(move || {
            for message in to_write {
                message.write(&mut stdin).unwrap();
                stdin.flush().unwrap();
            }
        });
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = Message::read(&mut stdout).unwrap() {
                if read.send(message).is_err() {
                    break;
                }
            }
        });
        let mut session = Session { child: Some(child), ..Session::over(out, inbox) };
        session.initialize(repo.root(), &able(), &Value::Null);
        session
    }

    fn over(out: Sender<Message>, inbox: Receiver<Message>) -> Session {
        let (ticks, _) = unbounded();
        let (kept, versions) = (VecDeque::new(), BTreeMap::new());
        Session { out, inbox, kept, asked: 0, versions, ticks, server: None, child: None }
    }

    pub fn initialize(&mut self, root: &Path, capabilities: &Value, settings: &Value) -> Value {
        let folder = json!({"uri": uri(root), "name": "r"});
        let params = json!({
            "processId": null,
            "rootUri": uri(root),
            "capabilities": capabilities,
            "initializationOptions": settings,
            "workspaceFolders": [folder],
        });
        let answer = self.ask("initialize", params).unwrap();
        self.notify("initialized", json!({}));
        answer
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        let method = method.to_owned();
        self.out.send(Message::Notification(Notification { method, params })).unwrap();
    }

    /// Sends a request and gives its id.
    pub fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let method = method.to_owned();
        self.out.send(Message::Request(Request { id: id.clone(), method, params })).unwrap();
        id
    }

    /// Waits for the answer of a request: what it is, or the error's number and message.
    pub fn answer(&mut self, id: &RequestId) -> Result<Value, (i32, String)> {
        let is = |message: &Message| matches!(message, Message::Response(one) if one.id == *id);
        let Message::Response(Response { response_result, .. }) = self.wait_for(is) else {
            unreachable!("a response was waited for");
        };
        response_result.map_err(|error| (error.code, error.message))
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.send(method, params);
        self.answer(&id)
    }

    /// Asks about a place in a text.
    pub fn ask_at(&mut self, method: &str, path: &str, line: u32, character: u32) -> Value {
        let position = json!({"line": line, "character": character});
        let params = json!({"textDocument": {"uri": uri(path)}, "position": position});
        self.ask(method, params).unwrap()
    }

    fn wait_for(&mut self, is: impl Fn(&Message) -> bool) -> Message {
        if let Some(place) = self.kept.iter().position(&is) {
            return self.kept.remove(place).unwrap();
        }
        loop {
            let message = self.inbox.recv_timeout(PATIENCE).expect("the server says something");
            if is(&message) {
                return message;
            }
            self.kept.push_back(message);
        }
    }

    /// Waits for a notification or a request of the server.
    pub fn told(&mut self, name: &str) -> Value {
        let is = |message: &Message| match message {
            Message::Notification(one) => one.method == name,
            Message::Request(one) => one.method == name,
            Message::Response(_) => false,
        };
        match self.wait_for(is) {
            Message::Notification(one) => one.params,
            Message::Request(one) => one.params,
            Message::Response(_) => unreachable!("no response was waited for"),
        }
    }

    /// Waits for the next diagnostics of a text, and gives them with their version.
    pub fn published(&mut self, path: impl AsRef<Path>) -> (Option<i64>, Vec<Value>) {
        let uri = uri(path);
        let is = |message: &Message| {
            matches!(message, Message::Notification(one)
                if one.method == "textDocument/publishDiagnostics" && one.params["uri"] == uri)
        };
        let Message::Notification(found) = self.wait_for(is) else {
            unreachable!("a notification was waited for");
        };
        let list = found.params["diagnostics"].as_array().unwrap().clone();
        (found.params["version"].as_i64(), list)
    }

    /// Waits for the diagnostics of the newest version of a text, hints aside.
    pub fn findings(&mut self, path: impl AsRef<Path>) -> Vec<Value> {
        let newest = i64::from(self.versions[&uri(&path)]);
        loop {
            let (version, list) = self.published(&path);
            if version == Some(newest) {
                return list.into_iter().filter(|one| one["severity"] != 4).collect();
            }
        }
    }

    /// What there is to say of the newest version of a text, as `line:column-line:column code`.
    pub fn codes(&mut self, path: impl AsRef<Path>) -> Vec<String> {
        self.findings(path).iter().map(code).collect()
    }

    pub fn open(&mut self, path: impl AsRef<Path>, text: &str) {
        let uri = uri(path);
        self.versions.insert(uri.clone(), 1);
        let item = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Puts a text in the place of a whole one.
    pub fn replace(&mut self, path: impl AsRef<Path>, text: &str) {
        self.change(path, &json!([{ "text": text }]));
    }

    /// Puts a text in the place of a range.
    pub fn edit(&mut self, path: impl AsRef<Path>, range: &Value, text: &str) {
        self.change(path, &json!([{ "range": range, "text": text }]));
    }

    pub fn change(&mut self, path: impl AsRef<Path>, changes: &Value) {
        let uri = uri(path);
        let version = self.versions.get_mut(&uri).unwrap();
        *version += 1;
        let document = json!({"uri": uri, "version": *version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.notify("textDocument/didChange", params);
    }

    pub fn save(&mut self, path: impl AsRef<Path>) {
        self.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(path)}}));
    }

    pub fn close(&mut self, path: impl AsRef<Path>) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri(path)}}));
    }

    /// Lets the server look at the disk.
    pub fn tick(&self) {
        self.ticks.send(()).unwrap();
    }

    /// The actions at a place, by their titles and kinds.
    pub fn actions(
        &mut self,
        path: impl AsRef<Path>,
        range: &Value,
        only: Option<&str>,
    ) -> Vec<Value> {
        let mut context = json!({"diagnostics": []});
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let document = json!({"uri": uri(path)});
        let params = json!({"textDocument": document, "range": range, "context": context});
        let answer = self.ask("textDocument/codeAction", params).unwrap();
        answer.as_array().unwrap().clone()
    }

    /// Whether the server has said this so far.
    pub fn was_told(&mut self, name: &str) -> bool {
        self.kept.extend(self.inbox.try_iter());
        self.kept.iter().any(|message| match message {
            Message::Notification(one) => one.method == name,
            Message::Request(one) => one.method == name,
            Message::Response(_) => false,
        })
    }

    /// Whether all that was shown of a text was taken back.
    pub fn was_cleared(&mut self, path: impl AsRef<Path>) -> bool {
        self.kept.extend(self.inbox.try_iter());
        let params = json!({"uri": uri(path), "diagnostics": []});
        self.kept.iter().any(|message| {
            matches!(message, Message::Notification(one)
                if one.method == "textDocument/publishDiagnostics" && one.params == params)
        })
    }

    /// How many answers came that nobody waited for.
    pub fn left_over_answers(&mut self) -> usize {
        self.kept.extend(self.inbox.try_iter());
        self.kept.iter().filter(|message| matches!(message, Message::Response(_))).count()
    }

    /// Ends the session in order.
    pub fn end(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        if self.child.is_some() {
            assert_eq!(self.status().code(), Some(0));
        } else {
            assert_eq!(self.ended(), SessionEnd::Orderly);
        }
    }

    /// Waits for the server to end.
    pub fn ended(&mut self) -> SessionEnd {
        self.server.take().unwrap().join().unwrap()
    }

    /// Waits for the process to end.
    pub fn status(&mut self) -> ExitStatus {
        self.child.take().unwrap().wait().unwrap()
    }

    /// Closes the editor's end.
    pub fn hang_up(&mut self) {
        let (nowhere, _) = unbounded();
        self.out = nowhere;
    }
}

/// A diagnostic as `line:column-line:column code`.
pub fn code(one: &Value) -> String {
    let range = &one["range"];
    let at = |end: &str| format!("{}:{}", range[end]["line"], range[end]["character"]);
    format!("{}-{} {}", at("start"), at("end"), one["code"].as_str().unwrap_or("?"))
}

/// The URI of a path; a relative one is below `/r`, and one with a scheme is itself.
pub fn uri(path: impl AsRef<Path>) -> String {
    let path = path.as_ref().to_str().unwrap();
    if path.contains(':') {
        return path.to_owned();
    }
    let path = Path::new("/r").join(path);
    format!("file://{}", path.to_str().unwrap().replace(' ', "%20"))
}
