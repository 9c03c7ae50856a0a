//! The life of the server: messages in, messages out, and what is open.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use gen_lsp_types as lsp;
use lsp::Request as _;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::client::{Client, Settings};
use super::context::RequestContext;
use super::document::Document;
use super::plans::Role;
use super::questions::{self, typed};
use super::snapshot::{Ground, LastPlan, PlanKey, SessionSettings, Snapshot};
use super::uri;
use super::work::{self, Answer, Event, Question};
use crate::plan::locate::{FILES, FOLDER};
use crate::workspace::Host;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As the protocol asks: `shutdown`, then `exit`.
    InOrder,
    /// With `exit` alone, or because the editor went away.
    Abruptly,
}

/// Serves one session. At each tick the disk is looked at for changes that no editor tells.
pub fn serve<T>(connection: Connection, host: Arc<dyn Host>, ticks: &Receiver<T>) -> Ended {
    let (events_in, events) = unbounded();
    let (judge, snapshots) = unbounded();
    let (questions_in, questions) = unbounded();
    work::judge(snapshots, events_in.clone());
    work::answer(questions, events_in);
    let mut server = Server {
        out: connection.sender,
        host,
        judge,
        questions: questions_in,
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
                let Ok(message) = message else { return Ended::Abruptly };
                if let Some(ended) = server.receive(message) {
                    return ended;
                }
            }
            recv(events) -> event => {
                if let Ok(event) = event {
                    server.tell(event);
                }
            }
            recv(ticks) -> tick => match tick {
                Ok(_) => server.look_at_disk(Look::Stamps),
                // The clock has stopped.
                Err(_) => ticks = never(),
            },
        }
    }
}

/// Where a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing counts before `initialize`.
    Waiting,
    Running,
    /// After `shutdown`, only `exit` counts.
    ShutDown,
}

/// What of the disk is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// What changed by its stamp.
    Stamps,
    /// Everything.
    All,
}

struct Server {
    out: Sender<Message>,
    host: Arc<dyn Host>,
    judge: Sender<Arc<Snapshot>>,
    questions: Sender<Question>,
    stage: Stage,
    session: Arc<SessionSettings>,
    /// What is open, by its URI.
    documents: HashMap<String, Open>,
    plans: BTreeMap<PlanKey, State>,
    /// The questions that are not answered yet.
    pending: HashSet<RequestId>,
}

/// An open text and what it is.
struct Open {
    document: Arc<Document>,
    role: Role,
}

/// A plan that something open belongs to.
struct State {
    ground: Arc<Ground>,
    last: Arc<LastPlan>,
    stamp: u64,
    newest: Arc<Snapshot>,
    /// The diagnostics that are shown, by the URIs of their texts.
    shown: BTreeMap<String, Vec<lsp::Diagnostic>>,
}

impl Server {
    /// Takes a message of the editor; gives how the session ended where this was the last.
    fn receive(&mut self, message: Message) -> Option<Ended> {
        match message {
            Message::Notification(notification) if notification.method == "exit" => {
                let in_order = self.stage == Stage::ShutDown;
                return Some(if in_order { Ended::InOrder } else { Ended::Abruptly });
            }
            Message::Notification(notification) if self.stage == Stage::Running => {
                let method = notification.method.clone();
                let taken = work::guarded(|| self.notified(notification));
                if let Err(why) = taken.map_err(Some).and_then(|taken| taken.map_err(Some)) {
                    let why = why.unwrap_or_default();
                    self.log(&format!("`{method}` could not be taken in: {why}"));
                }
            }
            // The editor's answer to what was asked of it changes nothing.
            Message::Notification(_) | Message::Response(_) => {}
            Message::Request(request) => self.requested(request),
        }
        None
    }

    fn requested(&mut self, request: Request) {
        let id = request.id.clone();
        let answer = match (self.stage, request.method.as_str()) {
            (Stage::Waiting, "initialize") => Ok(self.initialize(&request.params)),
            (Stage::Waiting, _) => {
                Err(work::error(ErrorCode::ServerNotInitialized, "`initialize` comes first"))
            }
            (Stage::ShutDown, _) => {
                Err(work::error(ErrorCode::InvalidRequest, "the server is shut down"))
            }
            (Stage::Running, "initialize") => {
                Err(work::error(ErrorCode::InvalidRequest, "`initialize` comes once"))
            }
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Running, _) => match self.request(request) {
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
        let capabilities = questions::capabilities(&client);
        self.session = Arc::new(SessionSettings { client, settings, folders });
        json!({
            "capabilities": capabilities,
            "serverInfo": {"name": "lanelint", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    /// Takes a notification in; the error says what is wrong with it.
    fn notified(&mut self, notification: Notification) -> Result<(), String> {
        let method = notification.method.clone();
        let params = notification.params;
        match method.as_str() {
            "initialized" => self.ask_to_watch(),
            "textDocument/didOpen" => {
                let params: lsp::DidOpenTextDocumentParams = typed(params)?;
                self.open(Document::new(params.text_document));
            }
            "textDocument/didChange" => self.change(typed(params)?),
            "textDocument/didSave" => self.look_at_disk(Look::All),
            "textDocument/didClose" => {
                let params: lsp::DidCloseTextDocumentParams = typed(params)?;
                self.close(&params.text_document.uri);
            }
            "workspace/didChangeWatchedFiles" => self.look_at_disk(Look::All),
            "workspace/didChangeWorkspaceFolders" => self.change_folders(&typed(params)?),
            "workspace/didChangeConfiguration" => {
                let settings = Settings::new(params.get("settings").unwrap_or(&Value::Null));
                let SessionSettings { client, folders, .. } = &*self.session;
                let (client, folders) = (client.clone(), folders.clone());
                self.settle(SessionSettings { client, settings, folders });
            }
            "$/cancelRequest" => {
                let id = params.get("id").cloned().unwrap_or_default();
                let id: RequestId = typed(id)?;
                if self.pending.contains(&id) {
                    let cancelled = work::error(ErrorCode::RequestCanceled, "cancelled");
                    self.respond(id, Err(cancelled));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Hands a question to the thread that answers; the error is what can be answered at once.
    fn request(&mut self, request: Request) -> Result<(), Answer> {
        let Request { id, method, params } = request;
        // All that can be asked is about a text.
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
        let open = self.documents.get(uri);
        let understood = questions::understand(&method, params).ok_or_else(|| {
            let message = format!("`{method}` is nothing that this server does");
            Err(work::error(ErrorCode::MethodNotFound, message))
        })?;
        let understood =
            understood.map_err(|why| Err(work::error(ErrorCode::InvalidParams, why)))?;
        // About the text of no plan there is nothing to say.
        let nothing = || Ok(Value::Null);
        let open = open.ok_or_else(nothing)?;
        let Role::Part(key) = &open.role else { return Err(nothing()) };
        let state = self.plans.get(key).ok_or_else(nothing)?;
        let snapshot = Arc::clone(&state.newest);
        let context = RequestContext { snapshot, document: Arc::clone(&open.document) };
        let answer = Box::new(move || understood(&context));
        self.pending.insert(id.clone());
        // The thread ends with the server.
        let _ = self.questions.send(Question { id, answer });
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
        let (named, encoding) = (params.text_document, self.session.client.encoding);
        let uri = named.text_document_identifier.uri.0;
        let Some(open) = self.documents.get_mut(&uri) else { return };
        let changed = open.document.changed(named.version, params.content_changes, encoding);
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
        self.settle(SessionSettings {
            client: client.clone(),
            settings: settings.clone(),
            folders,
        });
    }

    /// Goes on under other terms.
    fn settle(&mut self, session: SessionSettings) {
        self.session = Arc::new(session);
        self.look_at_disk(Look::All);
    }

    /// Looks for what changed beside the editor, and judges anew whatever that is about.
    fn look_at_disk(&mut self, look: Look) {
        let mut stale: BTreeSet<PlanKey> = BTreeSet::new();
        for open in self.documents.values_mut() {
            let now = open.role.again(&open.document, &self.session, &*self.host);
            if now != open.role {
                stale.extend(open.role.key().cloned());
                stale.extend(now.key().cloned());
                open.role = now;
            }
        }
        for (key, state) in &mut self.plans {
            let stamp = stamp(&*self.host, key);
            if look == Look::All || stamp != state.stamp {
                state.stamp = stamp;
                state.ground = Arc::default();
                stale.insert(key.clone());
            }
        }
        for key in stale {
            self.refresh(&key);
        }
    }

    /// Has a plan judged as it is now; forgets it where nothing open belongs to it any more.
    fn refresh(&mut self, key: &PlanKey) {
        let of_role = |role: &Role| {
            let documents = self.documents.values().filter(move |open| open.role == *role);
            documents.map(|open| Arc::clone(&open.document)).collect::<Vec<_>>()
        };
        let parts = of_role(&Role::Part(key.clone()));
        let beside = of_role(&Role::Beside(key.clone()));
        if parts.is_empty() && beside.is_empty() {
            let gone = self.plans.remove(key).map(|state| state.shown).unwrap_or_default();
            self.show_no_more(gone.into_keys(), key);
            return;
        }
        let (ground, last, stamp) = match self.plans.get(key) {
            Some(state) => (Arc::clone(&state.ground), Arc::clone(&state.last), state.stamp),
            // The stamp is older than what is read afterwards, so no change is missed.
            None => (Arc::default(), Arc::default(), stamp(&*self.host, key)),
        };
        let (session, host) = (Arc::clone(&self.session), Arc::clone(&self.host));
        let known = (Arc::clone(&ground), Arc::clone(&last));
        let snapshot = Snapshot::new(key.clone(), session, host, known, parts, beside);
        let newest = Arc::new(snapshot);
        let _ = self.judge.send(Arc::clone(&newest));
        let state = self.plans.entry(key.clone()).or_insert_with(|| State {
            ground,
            last,
            stamp,
            newest: Arc::clone(&newest),
            shown: BTreeMap::new(),
        });
        state.newest = newest;
    }

    /// Tells the editor what came of a piece of work.
    fn tell(&mut self, event: Event) {
        match event {
            Event::TaskDiff { key, diagnostics } => {
                let Some(state) = self.plans.get_mut(&key) else { return };
                let mut before = std::mem::take(&mut state.shown);
                let documents = &self.documents;
                for params in diagnostics {
                    if is_elsewhere(documents, &params.uri.0, &key) {
                        continue;
                    }
                    let shown = before.remove(&params.uri.0).unwrap_or_default();
                    // An open text is told of at every version, another one when something changed.
                    if params.version.is_some() || params.diagnostics != shown {
                        notify::<lsp::PublishDiagnosticsNotification>(&self.out, &params);
                    }
                    if !params.diagnostics.is_empty() {
                        state.shown.insert(params.uri.0, params.diagnostics);
                    }
                }
                self.show_no_more(before.into_keys(), &key);
            }
            Event::Failed { key, why } => {
                self.log(&format!(
                    "{key:?} could not be judged, for lanelint itself is at fault: {why}"
                ));
            }
            Event::Answered { id, answer } => {
                // A question that was cancelled has its answer.
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

    /// Takes back what was shown of some texts for a plan.
    fn show_no_more(&self, uris: impl Iterator<Item = String>, key: &PlanKey) {
        for uri in uris.filter(|uri| !is_elsewhere(&self.documents, uri, key)) {
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

    /// Asks the editor to tell when a plan, HEAD or the index changes on disk.
    fn ask_to_watch(&self) {
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
        // An editor that is gone is noticed when nothing can be received any more.
        let _ = self.out.send(message);
    }
}

/// Whether a text is open and belongs to another plan by now, which has its own to say of it.
fn is_elsewhere(documents: &HashMap<String, Open>, uri: &str, key: &PlanKey) -> bool {
    let other = documents.get(uri).and_then(|open| open.role.key());
    other.is_some_and(|other| other != key)
}

fn notify<N: lsp::Notification>(out: &Sender<Message>, params: &N::Params) {
    if let Ok(params) = serde_json::to_value(params) {
        let method = N::METHOD.to_string();
        // As for every message.
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
