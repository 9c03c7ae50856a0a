//! The server's main loop: messages in, messages out, and the open documents.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use gen_lsp_types as lsp;
use lsp::Request as _;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::capabilities::capabilities;
use super::client::{Client, Settings};
use super::context::RequestContext;
use super::dispatch::{self, parse};
use super::document::Document;
use super::plans::Role;
use super::snapshot::{DiskCache, LastPlan, PlanKey, SessionSettings, Snapshot};
use super::threads::{self, Answer, Event, Job};
use super::uri;
use crate::plan::locate::{FILES, FOLDER};
use crate::workspace::Host;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// With `shutdown`, then `exit`, as the protocol requires.
    Orderly,
    /// With `exit` alone, or because the connection was closed.
    Abrupt,
}

/// Serves one session. Every tick looks for changes on disk that the editor does not report.
pub fn serve<T>(connection: Connection, host: Arc<dyn Host>, ticks: &Receiver<T>) -> SessionEnd {
    let (events_in, events) = unbounded();
    let (checker, snapshots) = unbounded();
    let (jobs_in, jobs) = unbounded();
    threads::spawn_checker(snapshots, events_in.clone());
    threads::spawn_responder(jobs, events_in);
    let mut server = Server {
        out: connection.sender,
        host,
        checker,
        jobs: jobs_in,
        stage: Stage::Waiting,
        session: Arc::default(),
        documents: HashMap::new(),
        plans: BTreeMap::new(),
        pending: HashSet::new(),
    };
    let mut ticks = ticks.clone();
    loop {
        select! {
            recv(connection.receiver) -> message => {
                let Ok(message) = message else { return SessionEnd::Abrupt };
                if let Some(ended) = server.receive(message) {
                    return ended;
                }
            }
            recv(events) -> event => {
                if let Ok(event) = event {
                    server.finish(event);
                }
            }
            recv(ticks) -> tick => match tick {
                Ok(_) => server.rescan_disk(Rescan::Changed),
                // The clock has stopped.
                Err(_) => ticks = never(),
            },
        }
    }
}

/// The stage of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Before `initialize`.
    Waiting,
    Running,
    /// After `shutdown`; only `exit` is accepted.
    ShutDown,
}

/// Which plans to read from disk again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rescan {
    /// Those whose stamp changed.
    Changed,
    All,
}

struct Server {
    out: Sender<Message>,
    host: Arc<dyn Host>,
    checker: Sender<Arc<Snapshot>>,
    jobs: Sender<Job>,
    stage: Stage,
    session: Arc<SessionSettings>,
    /// The open documents by URI.
    documents: HashMap<String, Open>,
    plans: BTreeMap<PlanKey, PlanState>,
    /// The requests that are not answered yet.
    pending: HashSet<RequestId>,
}

/// An open document with its role.
struct Open {
    document: Arc<Document>,
    role: Role,
}

/// A plan that some open document belongs to.
struct PlanState {
    cache: Arc<DiskCache>,
    last: Arc<LastPlan>,
    stamp: u64,
    newest: Arc<Snapshot>,
    /// The diagnostics that the editor shows, by URI.
    shown: BTreeMap<String, Vec<lsp::Diagnostic>>,
}

impl Server {
    /// Handles a message; returns how the session ended if it was the last one.
    fn receive(&mut self, message: Message) -> Option<SessionEnd> {
        match message {
            Message::Notification(notification) if notification.method == "exit" => {
                let orderly = self.stage == Stage::ShutDown;
                return Some(if orderly { SessionEnd::Orderly } else { SessionEnd::Abrupt });
            }
            Message::Notification(notification) if self.stage == Stage::Running => {
                let method = notification.method.clone();
                let result = threads::catch_panic(|| self.handle_notification(notification));
                if let Err(problem) = result.unwrap_or_else(Err) {
                    self.log(&format!("cannot handle `{method}`: {problem}"));
                }
            }
            // Nothing depends on the editor's answer to `client/registerCapability`.
            Message::Notification(_) | Message::Response(_) => {}
            Message::Request(request) => self.handle_request(request),
        }
        None
    }

    fn handle_request(&mut self, request: Request) {
        let id = request.id.clone();
        let answer = match (self.stage, request.method.as_str()) {
            (Stage::Waiting, "initialize") => Ok(self.initialize(&request.params)),
            (Stage::Waiting, _) => Err(threads::error(
                ErrorCode::ServerNotInitialized,
                "the server is not initialized",
            )),
            (Stage::ShutDown, _) => {
                Err(threads::error(ErrorCode::InvalidRequest, "the server has shut down"))
            }
            (Stage::Running, "initialize") => {
                Err(threads::error(ErrorCode::InvalidRequest, "the server is already initialized"))
            }
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Running, _) => match self.enqueue(request) {
                Ok(()) => return,
                Err(answer) => answer,
            },
        };
        self.respond(id, answer);
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.stage = Stage::Running;
        let folders = params.get("workspaceFolders").and_then(Value::as_array);
        let folders: Vec<PathBuf> = match folders {
            Some(folders) => folders.iter().filter_map(|folder| path_at(folder, "uri")).collect(),
            None => path_at(params, "rootUri").into_iter().collect(),
        };
        let settings = Settings::new(params.get("initializationOptions").unwrap_or(&Value::Null));
        let client = Client::new(params);
        let capabilities = capabilities(&client);
        self.session = Arc::new(SessionSettings { client, settings, folders });
        json!({
            "capabilities": capabilities,
            "serverInfo": {"name": "lanelint", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    /// # Errors
    /// If the parameters are invalid.
    fn handle_notification(&mut self, notification: Notification) -> Result<(), String> {
        let method = notification.method.clone();
        let params = notification.params;
        match method.as_str() {
            "initialized" => self.register_watchers(),
            "textDocument/didOpen" => {
                let params: lsp::DidOpenTextDocumentParams = parse(params)?;
                self.open(Document::new(params.text_document));
            }
            "textDocument/didChange" => self.change(parse(params)?),
            "textDocument/didSave" => self.rescan_disk(Rescan::All),
            "textDocument/didClose" => {
                let params: lsp::DidCloseTextDocumentParams = parse(params)?;
                self.close(&params.text_document.uri);
            }
            "workspace/didChangeWatchedFiles" => self.rescan_disk(Rescan::All),
            "workspace/didChangeWorkspaceFolders" => self.change_folders(&parse(params)?),
            "workspace/didChangeConfiguration" => {
                let settings = Settings::new(params.get("settings").unwrap_or(&Value::Null));
                let SessionSettings { client, folders, .. } = &*self.session;
                let (client, folders) = (client.clone(), folders.clone());
                self.change_session(SessionSettings { client, settings, folders });
            }
            "$/cancelRequest" => {
                let id = params.get("id").cloned().unwrap_or_default();
                let id: RequestId = parse(id)?;
                if self.pending.contains(&id) {
                    let cancelled = threads::error(ErrorCode::RequestCanceled, "cancelled");
                    self.respond(id, Err(cancelled));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Hands a request to the thread that answers; the error is an immediate answer.
    fn enqueue(&mut self, request: Request) -> Result<(), Answer> {
        let Request { id, method, params } = request;
        // All supported requests are about a document.
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
        let open = self.documents.get(uri);
        let handler = dispatch::handler(&method, params).ok_or_else(|| {
            let message = format!("unknown method `{method}`");
            Err(threads::error(ErrorCode::MethodNotFound, message))
        })?;
        let handler =
            handler.map_err(|problem| Err(threads::error(ErrorCode::InvalidParams, problem)))?;
        // Other documents than plans get an empty answer.
        let nothing = || Ok(Value::Null);
        let open = open.ok_or_else(nothing)?;
        let Role::Part(key) = &open.role else { return Err(nothing()) };
        let state = self.plans.get(key).ok_or_else(nothing)?;
        let snapshot = Arc::clone(&state.newest);
        let context = RequestContext { snapshot, document: Arc::clone(&open.document) };
        let run = Box::new(move || handler(&context));
        self.pending.insert(id.clone());
        // The thread ends with the server.
        let _ = self.jobs.send(Job { id, run });
        Ok(())
    }

    fn open(&mut self, document: Document) {
        let role = Role::of(&document, &self.session, &*self.host);
        let key = role.key().cloned();
        let uri = document.uri.0.clone();
        let open = Open { document: Arc::new(document), role };
        self.documents.insert(uri, open);
        if let Some(key) = key {
            self.refresh(&key);
        }
    }

    fn change(&mut self, params: lsp::DidChangeTextDocumentParams) {
        let (document, encoding) = (params.text_document, self.session.client.encoding);
        let uri = document.text_document_identifier.uri.0;
        let Some(open) = self.documents.get_mut(&uri) else { return };
        let changed = open.document.changed(document.version, params.content_changes, encoding);
        open.document = Arc::new(changed);
        let before = open.role.clone();
        open.role = before.clone().changed(&open.document);
        let now = open.role.clone();
        if now != before {
            before.key().into_iter().for_each(|key| self.refresh(key));
        }
        if let Role::Part(key) = &now {
            self.refresh(key);
        }
    }

    fn close(&mut self, uri: &lsp::Uri) {
        let Some(open) = self.documents.remove(&uri.0) else { return };
        if let Some(key) = open.role.key() {
            self.refresh(key);
        }
    }

    fn change_folders(&mut self, params: &lsp::DidChangeWorkspaceFoldersParams) {
        let SessionSettings { client, settings, folders } = &*self.session;
        let path = |folder: &lsp::WorkspaceFolder| uri::path(&folder.uri);
        let removed: Vec<PathBuf> = params.event.removed.iter().filter_map(path).collect();
        let mut folders = folders.clone();
        folders.retain(|folder| !removed.contains(folder));
        folders.extend(params.event.added.iter().filter_map(path));
        self.change_session(SessionSettings {
            client: client.clone(),
            settings: settings.clone(),
            folders,
        });
    }

    fn change_session(&mut self, session: SessionSettings) {
        self.session = Arc::new(session);
        self.rescan_disk(Rescan::All);
    }

    /// Looks for changes outside the editor, and checks the affected plans again.
    fn rescan_disk(&mut self, rescan: Rescan) {
        let mut stale: BTreeSet<PlanKey> = BTreeSet::new();
        for open in self.documents.values_mut() {
            let now = open.role.refreshed(&open.document, &self.session, &*self.host);
            if now != open.role {
                stale.extend(open.role.key().cloned());
                stale.extend(now.key().cloned());
                open.role = now;
            }
        }
        for (key, state) in &mut self.plans {
            let stamp = stamp(&*self.host, key);
            if rescan == Rescan::All || stamp != state.stamp {
                state.stamp = stamp;
                state.cache = Arc::default();
                stale.insert(key.clone());
            }
        }
        for key in stale {
            self.refresh(&key);
        }
    }

    /// Checks a plan in its current state; forgets it if no open document belongs to it any more.
    fn refresh(&mut self, key: &PlanKey) {
        let with_role = |role: &Role| {
            let documents = self.documents.values().filter(move |open| open.role == *role);
            documents.map(|open| Arc::clone(&open.document)).collect::<Vec<_>>()
        };
        let parts = with_role(&Role::Part(key.clone()));
        let governed = with_role(&Role::Governed(key.clone()));
        if parts.is_empty() && governed.is_empty() {
            let gone = self.plans.remove(key).map(|state| state.shown).unwrap_or_default();
            self.clear_diagnostics(gone.into_keys(), key);
            return;
        }
        let (cache, last, stamp) = match self.plans.get(key) {
            Some(state) => (Arc::clone(&state.cache), Arc::clone(&state.last), state.stamp),
            // The stamp is taken before the plan is read, so no change is missed.
            None => (Arc::default(), Arc::default(), stamp(&*self.host, key)),
        };
        let (session, host) = (Arc::clone(&self.session), Arc::clone(&self.host));
        let known = (Arc::clone(&cache), Arc::clone(&last));
        let snapshot = Snapshot::new(key.clone(), session, host, known, parts, governed);
        let newest = Arc::new(snapshot);
        let _ = self.checker.send(Arc::clone(&newest));
        let state = self.plans.entry(key.clone()).or_insert_with(|| PlanState {
            cache,
            last,
            stamp,
            newest: Arc::clone(&newest),
            shown: BTreeMap::new(),
        });
        state.newest = newest;
    }

    /// Sends the result of a piece of work to the editor.
    fn finish(&mut self, event: Event) {
        match event {
            Event::Checked { key, diagnostics } => {
                let Some(state) = self.plans.get_mut(&key) else { return };
                let mut before = std::mem::take(&mut state.shown);
                let documents = &self.documents;
                for params in diagnostics {
                    if has_other_plan(documents, &params.uri.0, &key) {
                        continue;
                    }
                    let shown = before.remove(&params.uri.0).unwrap_or_default();
                    // Open documents get diagnostics for every version, others only if they
                    // changed.
                    if params.version.is_some() || params.diagnostics != shown {
                        notify::<lsp::PublishDiagnosticsNotification>(&self.out, &params);
                    }
                    if !params.diagnostics.is_empty() {
                        state.shown.insert(params.uri.0, params.diagnostics);
                    }
                }
                self.clear_diagnostics(before.into_keys(), &key);
            }
            Event::Failed { key, problem } => {
                self.log(&format!("internal error while checking {key:?}: {problem}"));
            }
            Event::Answered { id, answer } => {
                // A cancelled request has been answered already.
                if self.pending.contains(&id) {
                    self.respond(id, answer);
                }
            }
        }
    }

    fn respond(&mut self, id: RequestId, answer: Answer) {
        self.pending.remove(&id);
        self.send(Message::Response(Response { id, response_result: answer }));
    }

    /// Clears the diagnostics of a plan in some documents.
    fn clear_diagnostics(&self, uris: impl Iterator<Item = String>, key: &PlanKey) {
        for uri in uris.filter(|uri| !has_other_plan(&self.documents, uri, key)) {
            let params = lsp::PublishDiagnosticsParams {
                uri: uri.into(),
                version: None,
                diagnostics: Vec::new(),
            };
            notify::<lsp::PublishDiagnosticsNotification>(&self.out, &params);
        }
    }

    fn log(&self, text: &str) {
        let kind = lsp::MessageType::Error;
        let message = crate::report::shown(text).into_owned();
        notify::<lsp::LogMessageNotification>(&self.out, &lsp::LogMessageParams { kind, message });
    }

    /// Asks the editor to report when a plan, HEAD or the index changes on disk.
    fn register_watchers(&self) {
        if !self.session.client.watches {
            return;
        }
        let watched = FILES.iter().map(|file| format!("**/{file}"));
        let folder = format!("**/{FOLDER}/*.{{yaml,yml,json}}");
        let of_git = ["**/.git/HEAD", "**/.git/index"].map(str::to_owned);
        let watched = watched.chain([folder]).chain(of_git);
        let watchers: Vec<Value> = watched.map(|glob| json!({ "globPattern": glob })).collect();
        let params = json!({"registrations": [{
            "id": "lanelint-watch",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        }]});
        let id = RequestId::from("lanelint-watch".to_owned());
        let method = lsp::RegistrationRequest::METHOD.to_string();
        self.send(Message::Request(Request { id, method, params }));
    }

    fn send(&self, message: Message) {
        // A closed connection ends the main loop when it receives.
        let _ = self.out.send(message);
    }
}

/// Whether a document now belongs to another plan, which sends its own diagnostics.
fn has_other_plan(documents: &HashMap<String, Open>, uri: &str, key: &PlanKey) -> bool {
    let other = documents.get(uri).and_then(|open| open.role.key());
    other.is_some_and(|other| other != key)
}

fn notify<N: lsp::Notification>(out: &Sender<Message>, params: &N::Params) {
    if let Ok(params) = serde_json::to_value(params) {
        let method = N::METHOD.to_string();
        let _ = out.send(Message::Notification(Notification { method, params }));
    }
}

fn stamp(host: &dyn Host, key: &PlanKey) -> u64 {
    match key {
        PlanKey::At(path) => host.stamp(path),
        PlanKey::Unsaved(_) => 0,
    }
}

fn path_at(value: &Value, name: &str) -> Option<PathBuf> {
    uri::path(&lsp::Uri(value.get(name)?.as_str()?.to_owned()))
}
