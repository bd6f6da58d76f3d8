//! A registry for tests: canned answers over a real socket, so that the real transport is tested too.

mod world;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) use world::{Plugin, Published, World, host, now};

use crate::transport::Address;

/// A canned answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Breaks the connection after so many bytes of the body.
    pub(crate) cut_at: Option<usize>,
}

impl Answer {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into(), cut_at: None }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::ok("") }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
struct Shared {
    answers: BTreeMap<String, Vec<Answer>>,
    seen: Vec<Seen>,
    down: bool,
}

/// A registry for tests. It answers until the test process ends.
#[derive(Clone)]
pub(crate) struct FakeRegistry {
    pub(crate) address: Address,
    shared: Arc<Mutex<Shared>>,
}

impl FakeRegistry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("address")).parse().expect("address");
        let shared = Arc::<Mutex<Shared>>::default();
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || drop(serve(stream, &served)));
            }
        });
        Self { address, shared }
    }

    /// From now on this is the answer, such as of `GET /v1/me`.
    pub(crate) fn answer(&self, line: &str, answer: Answer) {
        self.answers(line, vec![answer]);
    }

    /// From now on these are the answers, one after the other; the last one stays.
    pub(crate) fn answers(&self, line: &str, answers: Vec<Answer>) {
        self.shared.lock().expect("lock").answers.insert(line.to_owned(), answers);
    }

    /// From now on every connection is closed without an answer.
    pub(crate) fn goes_down(&self) {
        self.shared.lock().expect("lock").down = true;
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.lock().expect("lock").seen.clone()
    }
}

fn serve(stream: TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |text| text.parse().expect("length"));
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    let answer = {
        let mut shared = shared.lock().expect("lock");
        if shared.down {
            return Ok(());
        }
        shared.seen.push(Seen { headers, body });
        match shared.answers.get_mut(&line) {
            Some(answers) if answers.len() > 1 => answers.remove(0),
            Some(answers) => answers[0].clone(),
            None => Answer::status(404),
        }
    };
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {} -\r\nconnection: close\r\ncontent-length: {}\r\n", answer.status, answer.body.len())?;
    for (name, value) in &answer.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&answer.body[..answer.cut_at.unwrap_or(answer.body.len())])
}
